import { toOpenaiError } from '../errors/to-openai.ts'
import type { Translation } from '../translation.ts'
import { mediaOf } from './to-gemini/media.ts'
import { toGeminiRequest } from './to-gemini/request.ts'
import { toChatCompletion } from './to-openai/answer.ts'
import { ChunkTranslator } from './to-openai/events.ts'

/** Chat completions of OpenAI's, answered by Gemini. */
export const openaiToGemini: Translation = {
  endpoint: 'generateContent',
  media: mediaOf,
  request: toGeminiRequest,
  answer: toChatCompletion,
  error: toOpenaiError,
  events: (context) => new ChunkTranslator(context),
}
