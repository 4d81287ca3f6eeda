import { type Finish, finishOf } from '../../provider/gemini/finish.ts'
import { isObject, type JsonObject, objectsOf } from '../json.ts'
import { readTokens, type Tokens } from './usage.ts'

/** An answer of Gemini's, or a piece of one: an event of a stream has the same shape. */
export interface GeminiAnswer {
  readonly id: string | undefined
  readonly model: string | undefined
  readonly candidates: readonly Candidate[]
  /** Why the prompt was not answered at all. */
  readonly blocked: string | undefined
  readonly tokens: Tokens | undefined
}

export interface Candidate {
  readonly index: number
  readonly pieces: readonly Piece[]
  readonly finish: Finish | undefined
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
  tokens: readTokens(json.usageMetadata),
})

const readCandidate = (candidate: JsonObject, at: number): Candidate => {
  const { content, index, finishReason, finishMessage, logprobsResult } = candidate
  const finish = typeof finishReason === 'string' ? finishOf(finishReason) : undefined
  return {
    index: typeof index === 'number' ? index : at,
    pieces: isObject(content) ? objectsOf(content.parts).flatMap(readPart) : [],
    finish,
    explanation:
      finish === 'filtered' || finish === 'broken_call'
        ? (stringOr(finishMessage) ?? `The answer ended with ${finishReason}.`)
        : undefined,
    logprobs: isObject(logprobsResult) ? logprobsResult : undefined,
  }
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
