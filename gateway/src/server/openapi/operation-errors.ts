import type { ErrorCode } from '../errors.ts'
import { ERRORS } from '../errors.ts'
import type { Operation } from './operation.ts'

const EVERYWHERE: readonly ErrorCode[] = [
  'bad_request',
  'request_timeout',
  'headers_too_large',
  'too_many_connections',
  'store_unavailable',
  'internal_error',
]

const OF_KEYS: Readonly<Record<Operation['opens'], readonly ErrorCode[]>> = {
  anyone: [],
  client: ['unauthorized', 'operator_key', 'invalid_header'],
  operator: ['unauthorized', 'operator_only', 'invalid_header'],
}

/** Errors of paths and methods that no operation has. */
export const ERRORS_WITHOUT_OPERATION: readonly ErrorCode[] = ['unknown_path', 'method_not_allowed']

/** All that a call can be refused with. */
export const errorsOf = ({ opens, errors }: Operation): readonly ErrorCode[] => [
  ...new Set([...OF_KEYS[opens], ...errors, ...EVERYWHERE]),
]

/** The same by status, the lowest first. */
export const errorsByStatus = (
  operation: Operation,
): ReadonlyArray<readonly [string, readonly ErrorCode[]]> => {
  const codes = errorsOf(operation)
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))].sort((a, b) => a - b)
  return statuses.map((status) => [`${status}`, codes.filter((code) => ERRORS[code].status === status)])
}
