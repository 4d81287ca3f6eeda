/** Everything here is plain JSON, so that a file, a control call and a test say it in the same words. */
export interface SimulatorOptions {
  /** Answers, latencies and faults by rate depend on it alone. Default 1. */
  readonly seed?: number
  /** JSON with line breaks and indents, as providers send it. Default true. */
  readonly pretty?: boolean
  /** The API keys that are good. Without them every key is, and none. */
  readonly keys?: readonly string[]
  /** Answer as any model that is asked for. Default false: an unknown one is 404. */
  readonly anyModel?: boolean
  /** More models than the built-in ones, or what is particular about those. */
  readonly models?: Readonly<Record<string, ModelOptions>>
  /** For every model, where `models` says nothing else. */
  readonly defaults?: ModelOptions
  /** Tried in this order; the first that strikes decides. */
  readonly faults?: readonly Fault[]
  /** How many requests the tape keeps, the newest; older ones are only counted. Default 1,000,000; 0 is off. */
  readonly tapeRowsMax?: number
}

export interface ModelOptions {
  /** Until the first byte: evenly between mean − spread and mean + spread. Default 0 ± 0. */
  readonly firstByteMs?: number
  readonly firstByteSpreadMs?: number
  /** From the first byte to the last, for each token of the answer. Default 0. */
  readonly tokenMs?: number
  /** Length of an answer: evenly between mean − spread and mean + spread. Default 90 ± 30. */
  readonly answerTokens?: number
  readonly answerTokensSpread?: number
  /** Token buckets that hold a minute's worth; with any of them, the rate-limit headers are sent. Default none. */
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  /** The same of each side by itself, as Anthropic limits them; nobody else looks at these. */
  readonly inputTokensPerMinute?: number
  readonly outputTokensPerMinute?: number
  /** More requests than this at once are refused with 429. Default none. */
  readonly concurrencyMax?: number
  /** Longer prompts are refused. Default 128,000. */
  readonly contextTokens?: number
  /** DeepSeek's: while a call waits for its first byte, an empty line or a comment so often. Default 1,000. */
  readonly keepAliveMs?: number
  /** Share of requests that the model refuses (`message.refusal`); a refused request is refused every time. */
  readonly refusalRate?: number
  /** Share of requests that end in `finish_reason: content_filter`, likewise. */
  readonly contentFilterRate?: number
}

/** Those that refuse a call before any work is done, in the words of the provider that is called (OpenAI's are shown). */
export const refusalKinds = {
  rate_limit: '429 rate_limit_exceeded with retry-after',
  server_error: '500 with the error envelope',
  unavailable: '503 with the error envelope',
  overloaded: '529 with the error envelope',
  gateway_timeout: '504 with the error envelope',
  key_revoked: '401 invalid_api_key, for the models as well',
  permission_denied: '403: the key is good, and not for this',
  payment_required: '402 insufficient_quota',
  spend_limit: '400 billing_hard_limit_reached: the account has set itself a limit',
  quota_exceeded: '429 insufficient_quota without retry-after',
} as const

/** Each kind that any call may meet, and what its caller sees. Those that spoil a JSON spoil an event of a stream. */
export const answerFaultKinds = {
  ...refusalKinds,
  bad_gateway: '502 with a page of HTML from a proxy',
  slow: 'the right answer, later',
  reset_before: 'the connection is reset before any byte',
  reset_mid: 'the connection is reset in the middle of the body',
  truncated_json: '200, Content-Length right, the JSON cut in half',
  invalid_json: '200 and a body that is no JSON',
  invalid_utf8: '200 and JSON with bytes that are no UTF-8',
  wrong_content_type: '200 and a page of HTML',
  empty_body: '200 and no body',
  closed_while_waiting: '200, some empty lines (in a stream: comments), and the end: DeepSeek had no place',
  out_of_resources: "the right answer, finished for DeepSeek's `insufficient_system_resource`",
  malformed_call: "the right answer, finished for Gemini's `MALFORMED_FUNCTION_CALL`",
  no_candidates: "Gemini's answer without its candidates",
  no_usage: 'the right answer without `usage`',
  huge_answer: '200 and valid JSON of 70 MB',
  hang: 'no answer at all; the connection stays open',
} as const

/** Those that strike an answer that is streamed, in the middle of it; any other call they leave alone. */
export const streamFaultKinds = {
  stream_reset: 'the connection is reset after some events',
  stream_hang: 'silence after some events; the connection stays open',
  stream_error: 'an event with an error after some others, and the end',
  stream_unfinished: 'the end before the last event, which is `[DONE]` or `response.completed`',
  stream_cut: 'the end in the middle of an event, and of a character',
  stream_invalid_json: 'one event that is no JSON; the others follow',
  stream_split: 'the right events, in pieces that end in the middle of events and characters',
} as const

export const faultKinds = { ...answerFaultKinds, ...streamFaultKinds } as const

export type RefusalKind = keyof typeof refusalKinds
export type AnswerFaultKind = keyof typeof answerFaultKinds
export type FaultKind = keyof typeof faultKinds

export const isRefusal = (kind: FaultKind): kind is RefusalKind => Object.hasOwn(refusalKinds, kind)

/**
 * Strikes where every condition that is given holds. Without `rate`, `nth` and `every` it strikes each time.
 * Conditions other than `rate` narrow down which requests are counted for `nth` and `every`.
 */
export interface Fault {
  readonly kind: FaultKind
  /** Only for this model, this API key, bodies with this text. */
  readonly model?: string
  readonly key?: string
  readonly contains?: string
  /** Only in [fromMs, toMs) since the simulator started. */
  readonly fromMs?: number
  readonly toMs?: number
  /** Only the first so many calls with one and the same body: each request fails, its retry goes through. */
  readonly firstCalls?: number
  /** Probability from 0 to 1, drawn for each call from the seed, the body, and how often it came before. */
  readonly rate?: number
  /** Only these calls, counted from 1. */
  readonly nth?: number | readonly number[]
  /** Only each so manieth call. */
  readonly every?: number
  /** `rate_limit`: what retry-after says; default 1, 0 leaves it out. */
  readonly retryAfterSeconds?: number
  /** `slow`: how much later the first byte comes (default 10,000), and the last one after it (default 0). */
  readonly delayMs?: number
  readonly bodyDelayMs?: number
  /** `stream_…`: the events before it; default half of them, and at most all but the last. */
  readonly afterEvents?: number
  /** `huge_answer`: default 70,000,000. `stream_split`: the bytes of a piece, default 3. */
  readonly bytes?: number
}
