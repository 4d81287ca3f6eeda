/**
 * Why the store could not do what was asked.
 *
 *   disk_full  nothing was written; sending can go on once there is room
 *   busy       another process holds the write lock for longer than the busy timeout; nothing was written
 *   corrupt    the file is damaged, or is not a database
 *   locked     another `serve` process, or another database, owns the data directory
 *   crashed    the store ended before it answered: what was asked may or may not have happened
 *   unavailable  the database server cannot be reached, or went away meanwhile: what was asked may or may not
 *              have happened, and can be asked again
 *   closed     the store was closed; nothing was written
 *   failed     anything else; the message is the database's own
 */
const STORE_ERROR_CODES = [
  'disk_full',
  'busy',
  'corrupt',
  'locked',
  'crashed',
  'unavailable',
  'closed',
  'failed',
] as const
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number]

/** Reads a code that came from another thread. */
export const storeErrorCode = (code: string | null): StoreErrorCode =>
  STORE_ERROR_CODES.find((known) => known === code) ?? 'failed'

export class StoreError extends Error {
  override name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What the store holds contradicts itself. Never expected, never handled: the worker stops, loudly. */
export class InvariantBroken extends Error {
  override name = 'InvariantBroken'
  readonly code = 'invariant_broken'
}

const DISK_FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** Names what the file system reports; what has a name already passes unchanged. */
export const storeErrorOf = (error: unknown): unknown => {
  if (error instanceof Error && 'code' in error && DISK_FULL_CODES.has(error.code)) {
    return new StoreError('disk_full', `the disk is full: ${error.message}`, { cause: error })
  }
  return error
}
