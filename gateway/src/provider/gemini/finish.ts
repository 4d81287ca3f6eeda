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
  ['MODEL_ARMOR', 'filtered'],
  ['IMAGE_SAFETY', 'filtered'],
  ['IMAGE_PROHIBITED_CONTENT', 'filtered'],
  ['IMAGE_RECITATION', 'filtered'],
  ['IMAGE_OTHER', 'filtered'],
  ['CONTINUATION', 'paused'],
  ['MALFORMED_FUNCTION_CALL', 'broken_call'],
  ['UNEXPECTED_TOOL_CALL', 'broken_call'],
  ['TOO_MANY_TOOL_CALLS', 'broken_call'],
  ['MISSING_THOUGHT_SIGNATURE', 'broken_call'],
  ['MALFORMED_RESPONSE', 'other'],
  ['LANGUAGE', 'other'],
  ['NO_IMAGE', 'other'],
  ['OTHER', 'other'],
])

/** Undefined where the reason is not known. */
export const knownFinishOf = (finishReason: string): Finish | undefined => FINISHES.get(finishReason)
