import { toAnthropicError } from '../errors/to-anthropic.ts'
import type { Translation } from '../translation.ts'
import { toMessage } from './to-anthropic/answer.ts'
import { MessageEvents } from './to-anthropic/events.ts'
import { mediaOf } from './to-gemini/media.ts'
import { toGeminiRequest } from './to-gemini/request.ts'

/** Messages of Anthropic's, answered by Gemini. */
export const anthropicToGemini: Translation = {
  endpoint: 'generateContent',
  media: mediaOf,
  request: toGeminiRequest,
  answer: toMessage,
  error: toAnthropicError,
  events: (context) => new MessageEvents(context),
}
