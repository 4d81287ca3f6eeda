import type { Translation } from '../translation.ts'
import { requestToAnthropic } from './to-anthropic/request.ts'
import { answerToOpenai } from './to-openai/answer.ts'
import { errorToOpenai } from './to-openai/error.ts'
import { ChunksFromEvents } from './to-openai/stream.ts'

/** Chat completions that Anthropic's models generate. */
export const openaiToAnthropic: Translation = {
  endpoint: '/v1/messages',
  media: () => [],
  request: requestToAnthropic,
  answer: answerToOpenai,
  error: errorToOpenai,
  events: (context) => new ChunksFromEvents(context),
}
