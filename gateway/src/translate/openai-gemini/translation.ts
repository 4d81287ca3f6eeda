import type { Translation } from '../translation.ts'
import { toChatCompletion } from './answer.ts'
import { toOpenaiError } from './error.ts'
import { ChunkTranslator } from './events.ts'
import { mediaOf } from './media.ts'
import { toGeminiRequest } from './request.ts'

/** Chat completions of OpenAI's, answered by Gemini. */
export const openaiToGemini: Translation = {
  endpoint: 'generateContent',
  media: mediaOf,
  request: toGeminiRequest,
  answer: toChatCompletion,
  error: toOpenaiError,
  events: (context) => new ChunkTranslator(context),
}
