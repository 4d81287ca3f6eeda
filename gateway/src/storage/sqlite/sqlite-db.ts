import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Crash } from '../../crash/crash-points.ts'
import { StoreError } from '../errors.ts'
import type { Db, SqlTraits, SqlValue, Tx } from '../sql.ts'
import { BUSY_MS } from './open.ts'
import { describeSqliteError } from './sqlite-errors.ts'

/** Statements whose text has a list in it come in a few lengths each; beyond this something is wrong. */
const STATEMENTS_MAX = 500

/** SQLite has one writer: BEGIN IMMEDIATE is the lock, rows need none. */
const TRAITS: SqlTraits = { lockRow: '', lockRowElseSkip: '' }

/** node:sqlite binds a number as a float; a bigint stays the integer that all our numbers are. */
const bindable = (value: SqlValue): Exclude<SqlValue, number> =>
  typeof value === 'number' ? BigInt(value) : value

/**
 * A Db on one synchronous connection. Verbs are asynchronous, so a queue keeps them apart: the next one
 * begins when the one before has committed or rolled back.
 */
export const sqliteDb = (
  database: DatabaseSync,
  { now, crash }: { now: () => number; crash: Crash },
): Db & { close(): Promise<void> } => {
  const statements = new Map<string, StatementSync>()
  let last: Promise<unknown> = Promise.resolve()
  let closed = false
  /**
   * Erased bytes may lie in the log: readers in other processes held them back when it was last tried, or the
   * process before this one died between a purge and its scrub.
   */
  let scrubOwed = true

  const statement = (text: string): StatementSync => {
    let prepared = statements.get(text)
    if (!prepared) {
      if (statements.size >= STATEMENTS_MAX) statements.clear()
      prepared = database.prepare(text)
      statements.set(text, prepared)
    }
    return prepared
  }

  const enqueue = <Result>(task: () => Promise<Result>): Promise<Result> => {
    if (closed) return Promise.reject(new StoreError('closed', 'the store is closed'))
    const result = last.then(task)
    last = result.catch(() => {})
    return result
  }

  const transaction = async <Result>(begin: string, body: (tx: Tx) => Promise<Result>): Promise<Result> => {
    try {
      statement(begin).run()
      return await body(openTx(statement, now()))
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (database.isTransaction) statement('ROLLBACK').run()
      throw describeSqliteError(error, 'the store refused a statement')
    }
  }

  const scrub = (): void => {
    scrubOwed = true
    // A checkpoint that truncates waits for readers, and with it everybody who waits for a commit: an audit
    // beside the server would stop it for 5 s a purged batch. So this one does not wait.
    database.exec('PRAGMA busy_timeout = 0')
    try {
      scrubOwed = Number(database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy) !== 0
    } finally {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    }
  }

  const scrubRest = (): void => {
    if (!scrubOwed) return
    try {
      scrub()
    } catch {
      // It stays owed, and what was written is durable all the same.
    }
  }

  return {
    traits: TRAITS,

    read: (work) =>
      enqueue(() =>
        transaction('BEGIN', async (tx) => {
          const result = await work(tx)
          statement('COMMIT').run()
          return result
        }),
      ),

    write: (name, work) =>
      enqueue(() =>
        transaction('BEGIN IMMEDIATE', async (tx) => {
          const result = await work(tx)
          if (name !== 'upkeep') crash(`${name}.before_commit`)
          statement('COMMIT').run()
          if (name === 'upkeep') scrubRest()
          else crash(`${name}.after_commit`)
          return result
        }),
      ),

    scrub: () =>
      enqueue(async () => {
        try {
          scrub()
        } catch (error) {
          throw describeSqliteError(error, 'the store could not wipe what was deleted')
        }
      }),

    async close() {
      if (closed) return
      const ended = enqueue(async () => database.close())
      closed = true
      await ended
    },
  }
}

const openTx = (statement: (text: string) => StatementSync, now: number): Tx => ({
  traits: TRAITS,
  now,
  all: async (text, params = []) => statement(text).all(...params.map(bindable)),
  get: async (text, params = []) => statement(text).get(...params.map(bindable)),
  run: async (text, params = []) => Number(statement(text).run(...params.map(bindable)).changes),
  lock: async () => {},
})
