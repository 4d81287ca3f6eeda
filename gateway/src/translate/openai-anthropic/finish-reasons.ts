import { FINISH_REASONS } from '../../provider/anthropic/stop-reason.ts'

export const finishReasonToOpenai = (reason: unknown): string => FINISH_REASONS.get(reason) ?? 'stop'

const TO_ANTHROPIC: ReadonlyMap<unknown, string> = new Map([
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['function_call', 'tool_use'],
  ['content_filter', 'refusal'],
])

interface Ending {
  /** A call that was forced ends with `stop` at OpenAI. */
  readonly hasCalls: boolean
  readonly hasRefusal: boolean
}

export const stopReasonToAnthropic = (reason: unknown, { hasCalls, hasRefusal }: Ending): string => {
  const known = TO_ANTHROPIC.get(reason) ?? 'end_turn'
  if (known !== 'end_turn') return known
  if (hasCalls) return 'tool_use'
  return hasRefusal ? 'refusal' : known
}
