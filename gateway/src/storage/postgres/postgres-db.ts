import type pg from 'pg'
import type { Crash } from '../../crash/crash-points.ts'
import { StoreError } from '../errors.ts'
import { int } from '../rows.ts'
import { MIGRATIONS } from '../schema.ts'
import type { Db, SqlTraits, Tx } from '../sql.ts'
import { Connection, createStatements } from './connection.ts'
import { tablesOf } from './ddl.ts'
import { canRunAgain, describePostgresError } from './postgres-errors.ts'

const TRAITS: SqlTraits = { lockRow: ' FOR UPDATE', lockRowElseSkip: ' FOR UPDATE SKIP LOCKED' }

/** A work that meets others in a circle again and again is not unlucky but wrong. */
const TRIES_MAX = 5

const NOW = 'CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT) AS now'

/** One snapshot for all its statements, taken by the question for the time. */
const BEGIN_READ = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT ${NOW}`

/**
 * A gateway that fell silent in the middle of a transaction, cut off from the network, must not hold its row
 * locks for as long as TCP believes in it. And where the server is set to acknowledge commits before they are
 * durable, ours are not: an answer that was acknowledged is never lost.
 */
const BEGIN_WRITE = `
  BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL idle_in_transaction_session_timeout = '60s';
  SELECT ${NOW}, CASE WHEN current_setting('synchronous_commit') = 'off'
    THEN set_config('synchronous_commit', 'on', true) END AS durable`

const LOCK_NAME = 'SELECT pg_advisory_xact_lock(hashtextextended(?, 0))'

/**
 * Row versions that nobody can see any more are cleared, and their space is used again. PostgreSQL promises no
 * more: what was in them stays in the files until it is overwritten, and in the log until that is recycled.
 * Who needs more encrypts the disk. SKIP_LOCKED: nobody is waited for, and nobody waits for us.
 */
const SCRUB = `VACUUM (SKIP_LOCKED) ${tablesOf(MIGRATIONS).join(', ')}`

export interface PostgresDb extends Db {
  /** The same, where a read may take minutes. */
  readonly patient: Db
  /** Ends after what was asked before; what is asked afterwards rejects with `closed`. */
  close(): Promise<void>
}

export interface PostgresDbOptions {
  readonly crash: Crash
  /** In place of the database's own clock, for tests that move it. */
  readonly now?: () => number
  /** An audit of a large store reads for minutes; whoever serves rather gives a silent server up. */
  readonly longReads?: boolean
}

/**
 * A Db on a pool of connections: works run beside each other, each in a transaction of its own. A work that
 * met another one in a circle of locks runs again from its beginning.
 */
export const postgresDb = (
  pool: pg.Pool,
  { crash, now, longReads = false }: PostgresDbOptions,
): PostgresDb => {
  const statements = createStatements()
  const running = new Set<Promise<unknown>>()
  let closed = false

  const connect = async (mayTakeLong: boolean): Promise<Connection> => {
    try {
      return new Connection(await pool.connect(), { statements, mayTakeLong })
    } catch (error) {
      throw describePostgresError(error, 'the database cannot be reached')
    }
  }

  const begin = async (connection: Connection, text: string): Promise<Tx> => {
    const { rows } = await connection.script(text)
    return openTx(connection, now?.() ?? int(rows[0] ?? {}, 'now'))
  }

  const commit = async (connection: Connection): Promise<void> => {
    const { command } = await connection.script('COMMIT')
    // Where a statement failed and the work went on all the same, COMMIT says ROLLBACK, and no error.
    if (command !== 'COMMIT') throw new StoreError('failed', 'a statement of the transaction had failed')
  }

  const transaction = async <Result>(
    { begin: beginText, mayTakeLong }: { begin: string; mayTakeLong: boolean },
    body: (tx: Tx, commit: () => Promise<void>) => Promise<Result>,
  ): Promise<Result> => {
    const connection = await connect(mayTakeLong)
    let isOpen = true
    let failed = false
    try {
      const tx = await begin(connection, beginText)
      return await body(tx, async () => {
        await commit(connection)
        isOpen = false
      })
    } catch (error) {
      failed = error instanceof StoreError
      const isReachable = !(error instanceof StoreError && error.code === 'unavailable')
      if (isOpen && isReachable) await connection.script('ROLLBACK').catch(() => {})
      throw error
    } finally {
      // After an error nobody knows what state it is in: statements may be prepared for tables of yesterday.
      connection.release({ destroy: failed })
    }
  }

  const tracked = <Result>(task: () => Promise<Result>): Promise<Result> => {
    if (closed) return Promise.reject(new StoreError('closed', 'the store is closed'))
    const result = task()
    const settled = result.then(
      () => {},
      () => {},
    )
    running.add(settled)
    void settled.then(() => running.delete(settled))
    return result
  }

  const again = async <Result>(attempt: () => Promise<Result>): Promise<Result> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt()
      } catch (error) {
        if (tries === TRIES_MAX || !canRunAgain(error)) throw error
      }
    }
  }

  const vacuum = async (): Promise<void> => {
    const connection = await connect(true)
    try {
      await connection.script(SCRUB)
    } finally {
      connection.release({ destroy: false })
    }
  }

  const dbOf = (mayTakeLong: boolean): Db => ({
    traits: TRAITS,

    read: (work) =>
      tracked(() =>
        again(() =>
          transaction({ begin: BEGIN_READ, mayTakeLong }, async (tx, commit) => {
            const result = await work(tx)
            await commit()
            return result
          }),
        ),
      ),

    write: (name, work) =>
      tracked(() =>
        again(() =>
          transaction({ begin: BEGIN_WRITE, mayTakeLong: false }, async (tx, commit) => {
            const result = await work(tx)
            if (name !== 'upkeep') crash(`${name}.before_commit`)
            await commit()
            if (name !== 'upkeep') crash(`${name}.after_commit`)
            return result
          }),
        ),
      ),

    scrub: () => tracked(vacuum),
  })

  return {
    ...dbOf(longReads),
    patient: dbOf(true),

    async close() {
      if (closed) return
      closed = true
      await Promise.all(running)
      await pool.end()
    },
  }
}

const openTx = (connection: Connection, now: number): Tx => ({
  traits: TRAITS,
  now,
  all: async (text, params = []) => (await connection.run(text, params)).rows,
  get: async (text, params = []) => (await connection.run(text, params)).rows[0],
  run: async (text, params = []) => (await connection.run(text, params)).rowCount ?? 0,
  lock: async (name) => {
    await connection.run(LOCK_NAME, [name])
  },
})
