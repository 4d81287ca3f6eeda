import type { Translation } from '../translation.ts'
import { requestToAnthropic } from './to-anthropic/request.ts'
import { answerToOpenAI } from './to-openai/answer.ts'
import { errorToOpenAI } from './to-openai/error.ts'
import { ChunksFromEvents } from './to-openai/stream.ts'

/** Chat completions that Anthropic's models generate. */
export const openaiToAnthropic: Translation = {
  endpoint: '/v1/messages',
  media: () => [],
  request: requestToAnthropic,
  answer: answerToOpenAI,
  error: errorToOpenAI,
  events: (context) => new ChunksFromEvents(context),
}
