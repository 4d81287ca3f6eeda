/**
 * What went wrong with one call, in words that every provider's errors are read into. What follows from
 * a class (retry, breaker, concurrency) is not said here but in one table beside the engine that retries.
 */
export type FailureClass =
  | 'throttled'
  | 'overloaded'
  | 'server_error'
  | 'timeout'
  | 'connection'
  | 'bad_answer'
  | 'too_large_answer'
  | 'request_timeout'
  | 'conflict'
  | 'unexpected_status'
  | 'bad_request'
  | 'permission'
  | 'key_refused'
  | 'quota_exhausted'
  | 'model_missing'
  | 'aborted'

export interface Failure {
  readonly kind: 'failure'
  readonly class: FailureClass
  /** The HTTP status, where there was an answer. */
  readonly status?: number
  /** The provider's own code where it gave one, else one of ours. */
  readonly code: string
  readonly message: string
  /** How long the provider asked us to wait. */
  readonly retryAfterMs?: number
  /** The provider's error body as it came, cut at 64 KB: losing it would lose the answer to "why". */
  readonly providerError?: string
}
