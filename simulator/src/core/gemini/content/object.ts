import type { Tokens } from '../../call.ts'
import { isThirdGeneration } from '../traits.ts'
import type { Candidate, FunctionCall, Spoken } from './speak.ts'

/** Everything that differs from one `GenerateContentResponse` to the next. */
export interface Content {
  readonly id: string
  readonly model: string
  /** Undefined where the prompt is blocked. */
  readonly spoken: Spoken | undefined
  readonly showsThoughts: boolean
  readonly tokens: Tokens
}

export const contentObject = (content: Content) => {
  const { spoken } = content
  const usage = { ...content.tokens, thoughts: spoken?.thoughts.tokens ?? 0 }
  if (spoken === undefined) return { promptFeedback: { blockReason: 'SAFETY' }, ...aboutAll(content, usage) }
  const candidates = spoken.candidates.map((candidate, index) => ({
    content: {
      ...partsField([...thoughtParts(content, index), ...saidParts(content, candidate)]),
      role: 'model',
    },
    finishReason: candidate.finish,
    index,
  }))
  return { candidates, ...aboutAll(content, usage) }
}

export interface UsageSoFar extends Tokens {
  /** The part of the completion that was thought. */
  readonly thoughts: number
}

/** What an answer, and each chunk of one, says beside what was said. */
export const aboutAll = ({ id, model }: Content, usage: UsageSoFar) => ({
  usageMetadata: usageObject(usage),
  modelVersion: model,
  responseId: id,
})

/** Counts of zero are left out. */
const usageObject = ({ prompt, cached, completion, thoughts }: UsageSoFar) => ({
  promptTokenCount: prompt,
  candidatesTokenCount: completion - thoughts || undefined,
  totalTokenCount: prompt + completion,
  cachedContentTokenCount: cached || undefined,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
  cacheTokensDetails: cached === 0 ? undefined : [{ modality: 'TEXT', tokenCount: cached }],
  thoughtsTokenCount: thoughts || undefined,
})

/** The first candidate has them all. */
export const thoughtParts = ({ spoken, showsThoughts }: Content, index: number): object[] => {
  const text = spoken?.thoughts.text ?? ''
  return showsThoughts && index === 0 && text !== '' ? [{ text, thought: true }] : []
}

const saidParts = (content: Content, { text, calls }: Candidate): object[] =>
  text === '' ? callParts(content, calls) : [{ text }, ...callParts(content, calls)]

/** A model that thinks signs the first of its calls, and one of the third generation does so in any case. */
export const callParts = ({ id, model, spoken }: Content, calls: readonly FunctionCall[]): object[] => {
  const signs = isThirdGeneration(model) || (spoken?.thoughts.tokens ?? 0) > 0
  const thoughtSignature = Buffer.from(`thoughts of ${id}`).toString('base64')
  return calls.map((functionCall, index) =>
    index === 0 && signs ? { functionCall, thoughtSignature } : { functionCall },
  )
}

/** A list without an element is left out too. */
export const partsField = (parts: readonly object[]) => (parts.length === 0 ? {} : { parts })
