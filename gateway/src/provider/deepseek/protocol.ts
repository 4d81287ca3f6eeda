import { openaiProtocol } from '../openai/protocol.ts'
import type { Protocol } from '../protocol.ts'
import { CHAT, interpret } from './interpret.ts'

/**
 * DeepSeek: OpenAI's chat at an address without a version. Empty lines before an answer and comments in a stream,
 * which tell that a call still waits, pass through: they are no part of JSON or of any event.
 */
export const deepseekProtocol: Protocol = {
  ...openaiProtocol,
  endpoints: new Set([CHAT]),
  interpret,
}
