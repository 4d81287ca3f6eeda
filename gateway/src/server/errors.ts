import { FAULT_CODES } from '../intake/faults.ts'

/** One error: its HTTP status, whether the same call may succeed later, and what it means. */
interface ErrorRow {
  readonly status: number
  readonly retry: 'no' | 'later'
  readonly text: string
}

const row = (status: number, text: string, retry: ErrorRow['retry'] = 'no'): ErrorRow => ({
  status,
  retry,
  text,
})

/** What intake refuses is the caller's to mend; only its size has a status of its own. */
const faultRows = Object.fromEntries(
  Object.entries(FAULT_CODES).map(([code, text]) => [code, row(code === 'too_large' ? 413 : 400, text)]),
) as Record<keyof typeof FAULT_CODES, ErrorRow>

/** Every error that an endpoint answers with. The manual's table is made of it. */
export const ERRORS = {
  unauthorized: row(401, 'The key is missing, wrong, revoked or expired.'),
  operator_key: row(403, "The key is an operator's: it opens /v1/admin and nothing else."),
  operator_only: row(403, 'The path is for operators, and the key belongs to an account.'),
  account_exists: row(409, 'There is an account of this id already.'),
  spend_limit_reached: row(402, 'The key has spent what it may spend, or would with this.'),
  model_not_allowed: row(403, 'The key may not use this model.'),
  not_found: row(404, 'There is no such thing, or it belongs to another account.'),
  unknown_path: row(404, 'No endpoint has this path.'),
  method_not_allowed: row(405, 'The path exists, but not with this method.'),
  request_timeout: row(408, 'The body did not arrive in time.', 'later'),
  batch_size_exceeded: row(400, 'More requests than one batch may have: send several batches.'),
  unsupported_body: row(400, 'The body mixes members of batches of several APIs.'),
  unsupported_media_type: row(415, 'The body is not application/json in UTF-8.'),
  unsupported_encoding: row(415, 'The body is compressed; it must be sent as it is.'),
  model_not_found: row(404, 'No model of this installation that the key may use has the name.'),
  unknown_model: row(400, 'No model of this installation has the name.'),
  model_not_priced: row(400, 'The model has neither a price nor a known cost, so it cannot be sold.'),
  idempotency_key_reused: row(422, 'The idempotency key was used with another body.'),
  invalid_header: row(400, 'A header is outside of what is allowed.'),
  bad_request: row(400, 'The request is no valid HTTP, or its address is not a valid one.'),
  headers_too_large: row(431, 'The headers are larger than the limit.'),
  file_not_found: row(400, 'The input file does not exist, or it belongs to another account.'),
  file_too_large: row(400, 'More bytes than a file, or a part of one, may have.'),
  invalid_file_format: row(400, 'A file of requests must be called something.jsonl.'),
  upload_not_pending: row(400, 'The upload is completed, cancelled or out of time.'),
  range_not_satisfiable: row(416, 'The range has no byte of the file.'),
  not_ended: row(400, 'The batch still runs; what is asked for needs its end.'),
  nothing_to_retry: row(400, 'The batch has no failed or expired request.'),
  input_gone: row(400, 'The requests of the batch are not kept any more, so they cannot be sent again.'),
  output_gone: row(
    404,
    'An output file of the batch was deleted or has expired, so its results are not there.',
  ),
  rate_limit_exceeded: row(
    429,
    'The key has made as many ordinary calls, or used as many tokens, as its limits allow in a minute.',
    'later',
  ),
  limit_too_small: row(400, 'The request has more tokens than its key may use in a whole minute.'),
  too_busy: row(
    429,
    'No deployment could take the call in time: they are busy, or their providers ask to wait.',
    'later',
  ),
  provider_failed: row(
    502,
    "No provider gave a usable answer. The provider's own errors are passed on as they are.",
    'later',
  ),
  deployment_unavailable: row(
    503,
    'No deployment of the model takes calls: its key, its credit or its model is refused at the provider.',
    'later',
  ),
  provider_timeout: row(504, 'The provider did not answer in time.', 'later'),
  stream_broken: row(
    502,
    'A stream broke off in the middle. Its status was sent before, so this is its last event.',
    'later',
  ),
  too_many_connections: row(503, 'More connections are open than the installation allows.', 'later'),
  too_many_webhooks: row(400, 'The account has as many webhooks as there may be.'),
  webhook_disabled: row(400, 'The webhook is disabled, so nothing is sent to it.'),
  disk_full: row(503, 'No room to store the batch; nothing of it was taken.', 'later'),
  store_unavailable: row(503, 'The store does not answer at the moment.', 'later'),
  internal_error: row(500, 'A fault of ours. It is in the log with the request id.', 'later'),
  ...faultRows,
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

/** An answer that is an error; thrown by a handler, rendered in one place. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: ErrorCode
  /** Further members of the body, behind `error` and `message`. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.code = code
    this.details = details
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}

/** Exactly what clients compare with. */
export const unauthorized = (): ApiError => new ApiError('unauthorized', 'Invalid or expired API key')
