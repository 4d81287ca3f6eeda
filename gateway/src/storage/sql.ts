import type { CrashPoint } from '../crash/crash-points.ts'

/**
 * The little that a verb needs of a database. SQLite and PostgreSQL run the same verbs through it, so the
 * texts keep to what both know (RETURNING, ON CONFLICT, row values, recursive CTEs) and parameters are `?`.
 */
export interface Db {
  readonly traits: SqlTraits
  /** Runs the work on one snapshot. It must not write. */
  read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>
  /**
   * Runs the work in one transaction: all of it is durable when this resolves, none of it where the work
   * throws. Where writers are not alone each statement sees what others have committed before it, so a work
   * locks the rows that it judges by; and it may run again from its beginning where it met another in a
   * circle of locks. `name` names the crash points before and after the commit.
   */
  write<Result>(name: WriteName, work: (tx: Tx) => Promise<Result>): Promise<Result>
  /**
   * Makes erased bytes leave the disk, as far as the database can (each implementation says how far). It
   * waits for no reader beside us: what one holds back leaves later.
   */
  scrub(): Promise<void>
}

/** What a database can do beyond the common ground, as text to add to a statement. */
export interface SqlTraits {
  /** Ends a SELECT whose rows this transaction is going to change; '' where writers are alone anyway. */
  readonly lockRow: '' | ' FOR UPDATE'
  /** The same for rows that another writer may take instead of us. */
  readonly lockRowElseSkip: '' | ' FOR UPDATE SKIP LOCKED'
}

export type SqlValue = null | string | number | bigint | Uint8Array

/** Integers arrive as bigint, so that money above 2^53 is exact; see `rows.ts`. */
export type Row = Readonly<Record<string, unknown>>

export interface Tx {
  readonly traits: SqlTraits
  /** The store's clock, read once: every judgement of one transaction is made at one moment. */
  readonly now: number
  all(text: string, params?: readonly SqlValue[]): Promise<Row[]>
  get(text: string, params?: readonly SqlValue[]): Promise<Row | undefined>
  /** Returns how many rows it changed. */
  run(text: string, params?: readonly SqlValue[]): Promise<number>
  /**
   * Waits until no other transaction holds the lock of this name, and holds it to the end of this one: for
   * "ask, then store", where no row stands for the answer yet. A work takes one at most, and before any row.
   */
  lock(name: string): Promise<void>
}

type NameOf<Point> = Point extends `${infer Name}.before_commit` ? Name : never
/** The writes that have crash points around their commit, and `upkeep` for those that need none. */
export type WriteName = NameOf<CrashPoint> | 'upkeep'

export const placeholders = (values: readonly unknown[]): string => values.map(() => '?').join(', ')
