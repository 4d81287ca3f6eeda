import pg from 'pg'
import { InvariantBroken, StoreError } from '../errors.ts'
import { migratePostgres } from './migrate.ts'
import { describePostgresError } from './postgres-errors.ts'
import { valueTypes } from './values.ts'

/** Appends, seals and claims of one process, and what its clients ask meanwhile; more would wait in the server. */
const CONNECTIONS_MAX = 10
/** For a free connection too: what waits longer is answered with an error, and is asked again. */
const CONNECT_MS_MAX = 10_000

/** A firewall forgets a connection that is silent for long. */
const KEEP_ALIVE_MS = 30_000

const SCHEMES: ReadonlySet<string> = new Set(['postgres', 'postgresql'])

export interface PoolOptions {
  /** `postgres://user:password@host:5432/database?…`, as libpq reads it. */
  readonly url: string
  /** Seen in `pg_stat_activity`. */
  readonly applicationName: string
  /** Makes the tables where there are none; default: yes. */
  readonly create?: boolean
}

/** Connects, brings the tables up to date and gives the pool. Errors name the server, never the credentials. */
export const openPool = async ({ url, applicationName, create = true }: PoolOptions): Promise<pg.Pool> => {
  const where = describeUrl(url)
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: valueTypes,
  })
  // A connection that breaks says so to whoever uses it; without a listener it would end the process as well.
  const ignore = (): void => {}
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  try {
    if (!create && !(await hasStore(pool))) {
      const message = `there is no data of a gateway in ${where}; name its database in DATABASE_URL`
      throw new StoreError('failed', message)
    }
    await migratePostgres(pool)
    return pool
  } catch (error) {
    await pool.end()
    if (error instanceof StoreError || error instanceof InvariantBroken) throw error
    throw describePostgresError(error, `cannot open the store on ${where}`)
  }
}

const hasStore = async (pool: pg.Pool): Promise<boolean> => {
  const { rows } = await pool.query("SELECT to_regclass('sheepfold_store') IS NOT NULL AS found")
  return rows[0]?.found === true
}

/** Host, port and database: what may be printed. Throws where it is no address of a PostgreSQL. */
const describeUrl = (url: string): string => {
  const [, scheme, place] = /^([^:/?#]+):\/\/(?:[^/?#]*@)?([^?#]*)/.exec(url) ?? []
  if (scheme !== undefined && SCHEMES.has(scheme)) return place || 'the local socket'
  throw new Error(
    `DATABASE_URL must be postgres://USER:PASSWORD@HOST:PORT/DATABASE; ${
      scheme === undefined ? 'it is not' : `it begins with ${scheme}://`
    }.`,
  )
}
