import { toAnthropicError } from '../errors/to-anthropic.ts'
import type { Translation } from '../translation.ts'
import { answerToAnthropic } from './to-anthropic/answer.ts'
import { EventsFromChunks } from './to-anthropic/stream.ts'
import { documentUrls } from './to-openai/media.ts'
import { requestToOpenai } from './to-openai/request.ts'

/** Messages that models behind OpenAI's format generate. */
export const anthropicToOpenai: Translation = {
  endpoint: '/v1/chat/completions',
  media: documentUrls,
  request: requestToOpenai,
  answer: answerToAnthropic,
  error: toAnthropicError,
  events: (context) => new EventsFromChunks(context),
}
