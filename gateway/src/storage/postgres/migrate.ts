import type pg from 'pg'
import { InvariantBroken, StoreError } from '../errors.ts'
import { MIGRATIONS } from '../schema.ts'
import { postgresDdl } from './ddl.ts'

/** The lock under which one process migrates while others that start with it wait. A number of our own. */
const MIGRATION_LOCK = 7_336_737_057

/** One row: how many migrations were applied, and which database this is, wherever it is moved to. */
const MAKE_STATE = `
  CREATE TABLE IF NOT EXISTS sheepfold_store (
    version BIGINT NOT NULL,
    id TEXT NOT NULL,
    bodies_bound BOOLEAN NOT NULL
  );
  INSERT INTO sheepfold_store (version, id, bodies_bound)
    SELECT 0, 'db_' || replace(gen_random_uuid()::text, '-', ''), FALSE
    WHERE NOT EXISTS (SELECT 1 FROM sheepfold_store)`

/** Brings the tables up to date. Processes that start together migrate once. */
export const migratePostgres = async (
  pool: pg.Pool,
  migrations: readonly string[] = MIGRATIONS,
): Promise<void> => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`)
    await migrateLocked(client, migrations)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

const migrateLocked = async (client: pg.PoolClient, migrations: readonly string[]): Promise<void> => {
  await checkEncoding(client)
  await client.query(MAKE_STATE)
  const { rows } = await client.query('SELECT version FROM sheepfold_store')
  const version = Number(rows[0]?.version)
  if (version > migrations.length) {
    throw new InvariantBroken(
      `the store has version ${version}, this program knows ${migrations.length}: a newer release wrote it`,
    )
  }
  for (const migration of migrations.slice(version)) await client.query(postgresDdl(migration))
  await client.query('UPDATE sheepfold_store SET version = $1', [migrations.length])
}

const checkEncoding = async (client: pg.PoolClient): Promise<void> => {
  const { rows } = await client.query('SHOW server_encoding')
  const encoding = String(rows[0]?.server_encoding)
  if (encoding === 'UTF8') return
  throw new StoreError('failed', `the database has the encoding ${encoding}; create one with UTF8`)
}
