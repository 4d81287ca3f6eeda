import { CallIds } from '../../gemini/call-ids.ts'
import { readGeminiAnswer } from '../../gemini/read-answer.ts'
import type { JsonObject } from '../../json.ts'
import type { AnswerContext } from '../../translation.ts'
import { toBlocks } from './blocks.ts'
import { toHead } from './head.ts'
import { toStop } from './stop.ts'
import { toUsage } from './usage.ts'

/** An answer of Gemini's, as a message. A prompt that was blocked is answered with a refusal. */
export const toMessage = (json: JsonObject, context: AnswerContext): JsonObject => {
  const answer = readGeminiAnswer(json)
  const [candidate] = answer.candidates
  const pieces = candidate?.pieces ?? []
  return {
    ...toHead(answer, context),
    content: toBlocks(pieces, new CallIds()),
    ...toStop({
      finishReason: candidate?.finishReason ?? (answer.blocked === undefined ? undefined : 'SAFETY'),
      explanation: candidate?.explanation ?? answer.blocked,
      hasCalls: pieces.some(({ kind }) => kind === 'call'),
    }),
    container: null,
    diagnostics: null,
    usage: toUsage(answer.usage),
  }
}
