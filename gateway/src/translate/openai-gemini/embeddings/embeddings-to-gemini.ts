import { toOpenaiError } from '../../errors/to-openai.ts'
import type { EventTranslator, Translation } from '../../translation.ts'
import { toEmbeddings } from './answer.ts'
import { toEmbedRequest } from './request.ts'

/** Embeddings of OpenAI's, made by Gemini. */
export const embeddingsToGemini: Translation = {
  endpoint: 'embedContent',
  media: () => [],
  request: toEmbedRequest,
  answer: toEmbeddings,
  error: toOpenaiError,
  events: () => NO_STREAM,
}

/** Embeddings come whole. */
const NO_STREAM: EventTranslator = { take: () => '', end: () => '' }
