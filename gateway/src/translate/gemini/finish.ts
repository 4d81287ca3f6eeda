/** Why a model stopped, in words that every format has one for. */
export type Finish = 'done' | 'limit' | 'filtered' | 'paused' | 'broken_call' | 'other'

const FINISHES: ReadonlyMap<string, Finish> = new Map([
  ['STOP', 'done'],
  ['FINISH_REASON_UNSPECIFIED', 'done'],
  ['MAX_TOKENS', 'limit'],
  ['SAFETY', 'filtered'],
  ['RECITATION', 'filtered'],
  ['BLOCKLIST', 'filtered'],
  ['PROHIBITED_CONTENT', 'filtered'],
  ['SPII', 'filtered'],
  ['ESCALATION', 'filtered'],
  ['CONTINUATION', 'paused'],
  ['MALFORMED_FUNCTION_CALL', 'broken_call'],
  ['UNEXPECTED_TOOL_CALL', 'broken_call'],
  ['TOO_MANY_TOOL_CALLS', 'broken_call'],
])

/** Any reason that is not known is `other`, but for those of pictures, which are filters. */
export const finishOf = (finishReason: string): Finish =>
  FINISHES.get(finishReason) ?? (finishReason.startsWith('IMAGE_') ? 'filtered' : 'other')
