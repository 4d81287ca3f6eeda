import { finishReasonOf } from '../../../provider/gemini/finish-reason.ts'
import { CallIds } from '../../gemini/call-ids.ts'
import { type Candidate, type GeminiAnswer, type Piece, readGeminiAnswer } from '../../gemini/read-answer.ts'
import type { JsonObject } from '../../json.ts'
import type { AnswerContext } from '../../translation.ts'
import { toHead } from './head.ts'
import { toLogprobs } from './logprobs.ts'
import { toToolCall } from './tool-call.ts'
import { toUsage } from './usage.ts'

/** An answer of Gemini's, as a `chat.completion`. */
export const toChatCompletion = (json: JsonObject, context: AnswerContext): JsonObject => {
  const answer = readGeminiAnswer(json)
  const ids = new CallIds()
  return {
    ...toHead(answer, context, 'chat.completion'),
    choices: candidatesOf(answer).map((candidate) => toChoice(candidate, ids)),
    ...(answer.usage && { usage: toUsage(answer.usage) }),
  }
}

/** A prompt that was blocked has no candidates, where OpenAI gives a choice that says so. */
const candidatesOf = ({ candidates, blocked }: GeminiAnswer): readonly Candidate[] =>
  candidates.length > 0
    ? candidates
    : [
        {
          index: 0,
          pieces: [],
          finishReason: blocked === undefined ? undefined : 'SAFETY',
          explanation: blocked,
          logprobs: undefined,
        },
      ]

const toChoice = (candidate: Candidate, ids: CallIds): JsonObject => {
  const { index, pieces, finishReason = 'STOP', explanation, logprobs } = candidate
  const calls = pieces.filter((piece) => piece.kind === 'call').map((call) => toToolCall(call, ids))
  const thoughts = textOf(pieces, 'thought')
  return {
    index,
    message: {
      role: 'assistant',
      content: textOf(pieces, 'text') ?? null,
      refusal: explanation ?? null,
      ...(thoughts !== undefined && { reasoning_content: thoughts }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    logprobs: logprobs ? toLogprobs(logprobs) : null,
    finish_reason: finishReasonOf(finishReason, calls.length > 0),
  }
}

const textOf = (pieces: readonly Piece[], kind: 'text' | 'thought'): string | undefined => {
  const texts = pieces.flatMap((piece) => (piece.kind === kind ? [piece.text] : []))
  return texts.length > 0 ? texts.join('') : undefined
}
