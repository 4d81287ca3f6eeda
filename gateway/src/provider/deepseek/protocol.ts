import { openaiProtocol } from '../openai/protocol.ts'
import type { Protocol } from '../protocol.ts'
import { CHAT, interpret } from './interpret.ts'

/** How many calls may be open is all that it limits, and no header tells it. */
const { rates: _, ...withoutRates } = openaiProtocol

/**
 * DeepSeek: OpenAI's chat at an address without a version. Empty lines before an answer and comments in a stream,
 * which tell that a call still waits, pass through: they are no part of JSON or of any event.
 */
export const deepseekProtocol: Protocol = {
  ...withoutRates,
  endpoints: new Set([CHAT]),
  interpret,
}
