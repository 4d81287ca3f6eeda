/** One HTTP exchange with a provider, seen from the stations: bytes out, bytes or a named breakage back. */
export type Call = (request: CallRequest) => Promise<CallOutcome>

export interface CallRequest {
  /** Absolute, without a trailing slash: `https://api.openai.com/v1`. */
  readonly baseUrl: string
  /** Starts with a slash: `/chat/completions`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Until the status line and headers are there, and between two pieces of a body that is taken in pieces. */
  readonly firstByteMsMax: number
  /** Until the last byte of the body. */
  readonly totalMsMax: number
  /** Longer answers are cut off and reported as `too_large`; not those that are taken in pieces. */
  readonly answerBytesMax: number
  readonly signal?: AbortSignal
  /**
   * Asked once, when the head has come: who takes the body in pieces as they arrive. Where nobody does, the
   * body is collected into the answer.
   */
  readonly takerOf?: (head: AnswerHead, flow: Flow) => TakePiece | undefined
}

export interface AnswerHead {
  readonly status: number
  readonly headers: ResponseHeaders
}

/** Takes a piece of a body, and may keep it. Must not throw. */
export type TakePiece = (piece: Buffer) => void

/** Holds up the pieces of a body for one who cannot take more of them now. */
export interface Flow {
  pause(): void
  resume(): void
}

/** Asked by lower-case name. A `Map` is one; the HTTP client's own looks a name up when it is asked for. */
export interface ResponseHeaders {
  get(name: string): string | undefined
}

export type CallOutcome = CallAnswer | CallBroken

/** A whole HTTP answer of any status; the body is as it came, and empty where it was taken in pieces. */
export interface CallAnswer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: ResponseHeaders
  readonly body: Buffer
  readonly firstByteMs: number
  readonly totalMs: number
}

/** `aborted`: whoever asked for it wants it no more. `closed`: it is we who end. */
export type BreakCause =
  | 'connect'
  | 'reset'
  | 'first_byte_timeout'
  | 'idle_timeout'
  | 'total_timeout'
  | 'too_large'
  | 'aborted'
  | 'closed'

/** No whole answer: what broke, and whether the provider may have worked (and billed) all the same. */
export interface CallBroken {
  readonly kind: 'broken'
  readonly cause: BreakCause
  readonly message: string
  readonly totalMs: number
}
