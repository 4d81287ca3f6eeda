import type { DatabaseSync } from 'node:sqlite'
import type { Db, Tx, WriteName } from '../../gateway/src/storage/sql.ts'
import { openDatabase } from '../../gateway/src/storage/sqlite/open.ts'
import { sqliteDb } from '../../gateway/src/storage/sqlite/sqlite-db.ts'
import type { Dice } from './dice.ts'
import { diedHere, storeError } from './injected.ts'
import type { Logbook } from './logbook.ts'
import type { SimProcess, Ways } from './process.ts'
import { currentVerb, type Verb } from './verbs.ts'

/** The database that outlives every process. */
export interface SharedStore {
  readonly database: DatabaseSync
  /** Straight to the database, for the checks at the end. */
  readonly db: Db
  /** The database as one process reaches it. */
  dbOf(caller: Caller): Db
}

export interface Caller {
  readonly process: SimProcess
  readonly dice: Dice
  readonly ways: Ways
  /** Reaching a named place; the process may die there. */
  readonly reach: (point: string) => void
}

/** A transaction that has been committed, and the verb of the store that it belongs to. */
export interface Commit {
  readonly name: WriteName
  readonly process: SimProcess
  readonly verb: Verb | undefined
}

/** How likely it is at the moment that the database fails. */
export interface StoreTrouble {
  /** Nothing is written, and the caller is told. */
  refusal(): number
  /** It is written, and the caller is told that it failed. */
  doubt(): number
  isFull(): boolean
}

export const createSharedStore = (order: {
  now: () => number
  trouble: StoreTrouble
  logbook: Logbook
  /** After each commit, before anybody hears of it. */
  onCommitted: (commit: Commit) => Promise<void>
}): SharedStore => {
  const { trouble, logbook } = order
  const database = openDatabase(':memory:')
  let caller: Caller | undefined
  let isCommitted = false

  const crash = (point: string): void => {
    isCommitted = point.endsWith('.after_commit')
    caller?.reach(point)
    if (caller && !caller.process.alive) throw diedHere(point)
  }
  const db = sqliteDb(database, { now: order.now, crash })

  const refused = ({ dice }: Caller, isWrite: boolean): Error | undefined => {
    if (isWrite && trouble.isFull()) return storeError('disk_full', 'the simulated disk is full')
    if (dice.chance(trouble.refusal())) return storeError('busy', 'the simulated database was away')
    return undefined
  }

  const write = async <Result>(
    by: Caller,
    { name, verb }: Pick<Commit, 'name' | 'verb'>,
    work: (tx: Tx) => Promise<Result>,
  ): Promise<Result> => {
    const error = refused(by, true)
    if (error) throw error
    const commit = { name, process: by.process, verb }
    isCommitted = false
    const result = await db
      .write(name, (tx) => {
        caller = by
        return work(tx)
      })
      .catch(async (error: unknown) => {
        // It was written, and its process died before it could hear of it.
        if (isCommitted) await order.onCommitted(commit)
        throw error
      })
    await order.onCommitted(commit)
    if (name !== 'upkeep') logbook.line(`${by.process.name} wrote ${name}`)
    if (!by.dice.chance(trouble.doubt())) return result
    logbook.line(`${by.process.name} is in doubt about ${name}`)
    logbook.mark(`doubt ${name}`)
    throw storeError('failed', 'the connection broke while the commit was under way')
  }

  return {
    database,
    db,
    dbOf: (by) => ({
      traits: db.traits,
      read: (work) =>
        by.process.cross(by.ways, async () => {
          const error = refused(by, false)
          if (error) throw error
          return db.read(work)
        }),
      write: (name, work) => {
        // Asked for here: on the other side of the seam nobody knows any more who called.
        const verb = currentVerb()
        return by.process.cross(by.ways, () => write(by, { name, verb }, work))
      },
      scrub: () => by.process.cross(by.ways, () => db.scrub()),
    }),
  }
}
