import type { FailureClass } from '../../provider/failure.ts'

/**
 * - `throttled`: tried again until the deadline; never counts as an error of the request.
 * - `transient`: tried again, until the same error came too often for too long.
 * - `never`: the request fails alone, with the provider's own error.
 * - `close_deployment`: nothing is wrong with the request. The deployment takes no more calls, and the
 *   request waits or goes to another: one revoked key must not make a thousand failed rows.
 */
export type Retry = 'throttled' | 'transient' | 'never' | 'close_deployment'

export interface RetryRow {
  readonly retry: Retry
  /** A deployment where most calls end like this is given a rest. */
  readonly countsForBreaker: boolean
  /** It says that too much was in flight. */
  readonly lowersConcurrency: boolean
  readonly text: string
}

const row = (retry: Retry, says: 'nothing' | 'ill' | 'full' | 'ill and full', text: string): RetryRow => ({
  retry,
  countsForBreaker: says.includes('ill'),
  lowersConcurrency: says.includes('full'),
  text,
})

/** Which errors are retried, and what else follows from them: the one table. */
export const RETRY_TABLE: Readonly<Record<FailureClass, RetryRow>> = {
  throttled: row('throttled', 'full', 'The provider limits the rate or the number of calls (429).'),
  overloaded: row(
    'transient',
    'ill and full',
    'The provider is overloaded (503, 529, or its finish reason).',
  ),
  server_error: row('transient', 'ill', 'The provider failed (500, 502, 504 and other 5xx).'),
  timeout: row('transient', 'ill and full', 'No first byte, or no whole answer, in the time allowed.'),
  connection: row('transient', 'ill', 'No connection, or it broke before the answer was whole.'),
  bad_answer: row('transient', 'ill', 'The answer was not a whole, valid answer of its endpoint in JSON.'),
  too_large_answer: row('transient', 'ill', 'The answer was longer than an answer may be.'),
  request_timeout: row('transient', 'nothing', 'The provider gave up waiting for the request (408).'),
  conflict: row('transient', 'nothing', 'The provider asks to repeat the request (409, 425).'),
  unexpected_status: row(
    'transient',
    'ill',
    'A status that no provider documents for this call, such as 3xx.',
  ),
  bad_request: row(
    'never',
    'nothing',
    'The provider refuses this request (400, 404, 413, 422 and other 4xx).',
  ),
  permission: row('never', 'nothing', 'The provider does not allow this request (403).'),
  key_refused: row('close_deployment', 'nothing', 'The provider refuses the key (401).'),
  quota_exhausted: row(
    'close_deployment',
    'nothing',
    'Credit or quota is used up (402, insufficient_quota).',
  ),
  model_missing: row('close_deployment', 'nothing', 'The provider knows no such model or endpoint (404).'),
  aborted: row('throttled', 'nothing', 'We stopped the call ourselves.'),
}
