/** Codes that the client itself gives; any other code is the server's own word. */
export type ClientErrorCode = 'unreachable' | 'interrupted' | 'unexpected_answer' | 'invalid_base_url'

/** What a call ends with when it does not succeed, after the retries. */
export class SheepfoldError extends Error {
  override readonly name = 'SheepfoldError'
  /** The HTTP status, or null where no answer came. */
  readonly status: number | null
  /** The server's `error`, for example `unauthorized` or `batch_size_exceeded`, or a `ClientErrorCode`. */
  readonly code: string
  /** Which part of the request was wrong, where the server says so. */
  readonly param: string | null
  /** The answer as it came: parsed where it was JSON, otherwise its text; null where none came. */
  readonly body: unknown

  constructor(what: {
    status: number | null
    code: string
    message: string
    param?: string | null
    body?: unknown
    cause?: unknown
  }) {
    super(what.message, { cause: what.cause })
    this.status = what.status
    this.code = what.code
    this.param = what.param ?? null
    this.body = what.body ?? null
  }
}

/** The server cannot be reached, is overloaded or broken: the same call may succeed later. */
export const isTransient = (error: SheepfoldError): boolean =>
  error.code === 'unreachable' ||
  (error.status !== null && (error.status === 408 || error.status === 429 || error.status >= 500))
