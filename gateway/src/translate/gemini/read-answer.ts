import type { Usage } from '../../money/usage.ts'
import { reasonOf } from '../../provider/gemini/candidate.ts'
import { knownFinishOf } from '../../provider/gemini/finish.ts'
import { readUsage } from '../../provider/gemini/read-usage.ts'
import { isObject, type JsonObject, objectsOf } from '../json.ts'

/** An answer of Gemini's, or a piece of one: an event of a stream has the same shape. */
export interface GeminiAnswer {
  readonly id: string | undefined
  readonly model: string | undefined
  readonly candidates: readonly Candidate[]
  /** Why the prompt was not answered at all. */
  readonly blocked: string | undefined
  readonly usage: Usage | undefined
}

export interface Candidate {
  readonly index: number
  readonly pieces: readonly Piece[]
  /** In the provider's words. */
  readonly finishReason: string | undefined
  /** The provider's words for why the answer was filtered, or its call broken. */
  readonly explanation: string | undefined
  readonly logprobs: JsonObject | undefined
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thought'; readonly text: string }
  | FunctionCall

export interface FunctionCall {
  readonly kind: 'call'
  readonly id: string | undefined
  readonly name: string
  readonly args: JsonObject
  /** What the model wants to see again beside the call. */
  readonly signature: string | undefined
}

export const readGeminiAnswer = (json: JsonObject): GeminiAnswer => ({
  id: stringOr(json.responseId),
  model: stringOr(json.modelVersion),
  candidates: objectsOf(json.candidates).map(readCandidate),
  blocked: blockedOf(json.promptFeedback),
  usage: readUsage(json.usageMetadata),
})

const readCandidate = (candidate: JsonObject, at: number): Candidate => {
  const { content, index, logprobsResult } = candidate
  const finishReason = reasonOf(candidate) ?? undefined
  return {
    index: typeof index === 'number' ? index : at,
    pieces: isObject(content) ? objectsOf(content.parts).flatMap(readPart) : [],
    finishReason,
    explanation: finishReason && explanationOf(finishReason, candidate.finishMessage),
    logprobs: isObject(logprobsResult) ? logprobsResult : undefined,
  }
}

/** An end that says all by itself has none. */
const explanationOf = (finishReason: string, finishMessage: unknown): string | undefined => {
  const finish = knownFinishOf(finishReason)
  if (finish === 'done' || finish === 'limit' || finish === 'paused') return undefined
  const isRefused = finish === 'filtered' || finish === 'broken_call'
  return stringOr(finishMessage) ?? (isRefused ? `The answer ended with ${finishReason}.` : undefined)
}

const readPart = ({ text, thought, functionCall, thoughtSignature }: JsonObject): Piece[] => {
  if (isObject(functionCall)) {
    const { id, name, args } = functionCall
    return [
      {
        kind: 'call',
        id: stringOr(id) || undefined,
        name: stringOr(name) ?? '',
        args: isObject(args) ? args : {},
        signature: stringOr(thoughtSignature),
      },
    ]
  }
  if (typeof text !== 'string' || text === '') return []
  return [{ kind: thought === true ? 'thought' : 'text', text }]
}

const blockedOf = (promptFeedback: unknown): string | undefined => {
  if (!isObject(promptFeedback) || typeof promptFeedback.blockReason !== 'string') return undefined
  return (
    stringOr(promptFeedback.blockReasonMessage) ?? `The prompt was blocked: ${promptFeedback.blockReason}.`
  )
}

const stringOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
