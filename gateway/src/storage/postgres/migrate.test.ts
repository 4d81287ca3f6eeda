import { afterEach, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/postgres/database.ts'
import { createMemoryBlobs } from '../blobs/memory.ts'
import { endedBatch } from '../contract/earlier-release.fixture.ts'
import { NO_KEY_LIMITS } from '../operator.ts'
import { MIGRATIONS } from '../schema.ts'
import { tablesOf } from './ddl.ts'
import { migratePostgres } from './migrate.ts'
import { openPool } from './open.ts'
import { postgresStore } from './postgres-store.ts'

const databases: TestDatabase[] = []
afterEach(async () => {
  for (const database of databases.splice(0)) await database.remove()
})

const newDatabase = async (encoding?: string): Promise<TestDatabase> => {
  const database = await createTestDatabase(encoding)
  databases.push(database)
  return database
}

const open = async (url: string) =>
  postgresStore(await openPool({ url, applicationName: 'sheepfold test' }), { blobs: createMemoryBlobs() })

describe('opening a store on PostgreSQL', () => {
  it('makes its tables once, however many processes start together', async () => {
    const { url, query } = await newDatabase()
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(url)))
    await Promise.all(stores.map((store) => store.close()))
    expect(await query('SELECT version FROM sheepfold_store')).toEqual([{ version: MIGRATIONS.length }])
    const tables = await query(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    )
    expect(tables.map(({ name }) => name).sort()).toEqual(
      [...tablesOf(MIGRATIONS), 'sheepfold_store'].toSorted(),
    )
  })

  it('brings the tables of an earlier release up to date, and keeps what they hold', async () => {
    const { url, query } = await newDatabase()
    const pool = await openPool({ url, applicationName: 'sheepfold test' })
    await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    await migratePostgres(pool, MIGRATIONS.slice(0, 1))
    await pool.query("INSERT INTO account VALUES ('acct_1', 'one', 1)")
    await pool.end()
    await (await open(url)).close()
    expect(await query('SELECT id, name FROM account')).toEqual([{ id: 'acct_1', name: 'one' }])
    expect(await query('SELECT count(*) AS n FROM purged_shard')).toEqual([{ n: 0 }])
  })

  it('knows what keys have spent under an earlier release', async () => {
    const { url, query } = await newDatabase()
    const pool = await openPool({ url, applicationName: 'sheepfold test' })
    await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    await migratePostgres(pool, MIGRATIONS.slice(0, 3))
    await pool.query(endedBatch('b1', 'key_1', 30))
    await pool.query(endedBatch('b2', 'key_1', 12))
    await pool.end()
    await (await open(url)).close()
    expect(await query('SELECT api_key, charge FROM key_spend')).toEqual([{ api_key: 'key_1', charge: 42 }])
  })

  it('keeps what was stored', async () => {
    const { url } = await newDatabase()
    const before = await open(url)
    const key = { id: 'key_1', account: 'acme', name: 'n', hint: 'h', models: null, expiresAt: null }
    const more = { role: 'client', limits: NO_KEY_LIMITS } as const
    await before.keys.createKey({ ...key, ...more, sha256: Buffer.from('hash') })
    await before.close()
    const after = await open(url)
    expect(await after.keys.keys()).toMatchObject([key])
    await after.close()
  })

  it('refuses what a newer release wrote', async () => {
    const { url, query } = await newDatabase()
    await (await open(url)).close()
    await query(`UPDATE sheepfold_store SET version = ${MIGRATIONS.length + 1}`)
    await expect(open(url)).rejects.toThrow(/a newer release wrote it/)
  })

  it('refuses a database whose encoding cannot hold every text', async () => {
    const { url } = await newDatabase('SQL_ASCII')
    await expect(open(url)).rejects.toThrow('the database has the encoding SQL_ASCII; create one with UTF8')
  })

  it.each([
    ['mysql://user:secret@host/db', 'it begins with mysql://'],
    ['user:secret@host/db', 'it is not'],
  ])('refuses the address %s without repeating its secret', async (url, complaint) => {
    const error: unknown = await open(url).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain(complaint)
    expect(String(error)).not.toContain('secret')
  })

  it('names the server that does not answer, and not the password', async () => {
    const error: unknown = await open('postgres://user:secret@127.0.0.1:1/db').catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ name: 'StoreError', code: 'unavailable' })
    expect(String(error)).toContain('cannot open the store on 127.0.0.1:1/db')
    expect(String(error)).not.toContain('secret')
  })
})
