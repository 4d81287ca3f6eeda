import type { GeminiAnswer } from '../../gemini/read-answer.ts'
import type { JsonObject } from '../../json.ts'
import type { AnswerContext } from '../../translation.ts'

/** What a message is called, before anything of it is known. */
export const toHead = (
  { id, model }: Pick<GeminiAnswer, 'id' | 'model'>,
  { now, asked }: AnswerContext,
): JsonObject => ({
  id: `msg_${id ?? now.toString(36)}`,
  type: 'message',
  role: 'assistant',
  model: model ?? (typeof asked.model === 'string' ? asked.model : ''),
})
