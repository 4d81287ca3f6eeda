/** Anthropic's word for an error, by its status: of one that is not in the table, whether the caller is at fault. */
export const anthropicTypeOf = (status: number): string =>
  TYPES.get(status) ?? (status >= 500 ? 'api_error' : 'invalid_request_error')

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])
