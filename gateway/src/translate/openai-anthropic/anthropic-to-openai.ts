import type { Translation } from '../translation.ts'
import { answerToAnthropic } from './to-anthropic/answer.ts'
import { errorToAnthropic } from './to-anthropic/error.ts'
import { EventsFromChunks } from './to-anthropic/stream.ts'
import { documentUrls } from './to-openai/media.ts'
import { requestToOpenai } from './to-openai/request.ts'

/** Messages that models behind OpenAI's format generate. */
export const anthropicToOpenai: Translation = {
  endpoint: '/v1/chat/completions',
  media: documentUrls,
  request: requestToOpenai,
  answer: answerToAnthropic,
  error: errorToAnthropic,
  events: (context) => new EventsFromChunks(context),
}
