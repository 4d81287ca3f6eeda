import { toOpenaiError } from '../errors/to-openai.ts'
import type { Translation } from '../translation.ts'
import { requestToAnthropic } from './to-anthropic/request.ts'
import { answerToOpenai } from './to-openai/answer.ts'
import { ChunksFromEvents } from './to-openai/stream.ts'

/** Chat completions that Anthropic's models generate. */
export const openaiToAnthropic: Translation = {
  endpoint: '/v1/messages',
  media: () => [],
  request: requestToAnthropic,
  answer: answerToOpenai,
  error: toOpenaiError,
  events: (context) => new ChunksFromEvents(context),
}
