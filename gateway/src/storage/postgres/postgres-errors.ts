import { StoreError, type StoreErrorCode } from '../errors.ts'

/**
 * SQLSTATEs that have a meaning of their own here; where only the class is named, all of it has.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CODE_OF_STATE: Readonly<Record<string, StoreErrorCode>> = {
  '08': 'unavailable', // connection exceptions
  '25P03': 'unavailable', // our own guard against a client that fell silent in a transaction
  '25006': 'unavailable', // a standby that does not write: a failover is under way
  '53100': 'disk_full',
  '53': 'unavailable', // out of memory, too many connections
  '55P03': 'busy',
  '57014': 'failed', // somebody cancelled the statement
  '57': 'unavailable', // shutting down, starting up
  XX001: 'corrupt',
  XX002: 'corrupt',
}

/** Two transactions met in a circle of locks or on one row; or a newer release changed the tables meanwhile. */
const REPEATABLE: ReadonlySet<string> = new Set(['40001', '40P01', '0A000'])

const SQL_STATE = /^[0-9A-Z]{5}$/

const stateOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && SQL_STATE.test(String(error.code))
    ? String(error.code)
    : undefined

/** Gives what the driver threw its name. What has no SQLSTATE came of the connection, not of a statement. */
export const describePostgresError = (error: unknown, doing: string): StoreError => {
  const state = stateOf(error)
  const code = state === undefined ? 'unavailable' : codeOf(state)
  const message = error instanceof Error ? error.message : String(error)
  return new StoreError(code, `${doing}: ${message}`, { cause: error })
}

const codeOf = (state: string): StoreErrorCode =>
  CODE_OF_STATE[state] ?? CODE_OF_STATE[state.slice(0, 2)] ?? 'failed'

/** Nothing was written, and the same work can succeed at once. */
export const canRunAgain = (error: unknown): boolean =>
  error instanceof StoreError && REPEATABLE.has(stateOf(error.cause) ?? '')
