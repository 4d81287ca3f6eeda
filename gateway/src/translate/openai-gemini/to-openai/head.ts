import type { GeminiAnswer } from '../../gemini/read-answer.ts'
import type { JsonObject } from '../../json.ts'
import type { AnswerContext } from '../../translation.ts'

/** What a completion and each chunk of one begin with. */
export const toHead = (
  { id, model }: Pick<GeminiAnswer, 'id' | 'model'>,
  { now, asked }: AnswerContext,
  object: 'chat.completion' | 'chat.completion.chunk',
): JsonObject => ({
  id: `chatcmpl-${id ?? now.toString(36)}`,
  object,
  created: Math.floor(now / 1_000),
  model: model ?? (typeof asked.model === 'string' ? asked.model : ''),
})
