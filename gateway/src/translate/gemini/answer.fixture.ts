import fc from 'fast-check'
import type { JsonObject } from '../json.ts'

/** An answer of Gemini's as one, and the same as a stream brings it. */
export interface WholeAndStreamed {
  readonly whole: JsonObject
  readonly chunks: readonly JsonObject[]
}

interface CandidateOf {
  readonly parts: readonly JsonObject[]
  readonly end: JsonObject
}

const text = fc.string({
  unit: fc.constantFrom('양', '우리', 'a', '"', '\n', '🐑', ' '),
  minLength: 1,
  maxLength: 9,
})

const part: fc.Arbitrary<JsonObject> = fc.oneof(
  text.map((each) => ({ text: each })),
  text.map((each) => ({ text: each, thought: true })),
  fc.record(
    {
      functionCall: fc.record(
        {
          id: fc.constantFrom('call_0', 'call_1', 'x'),
          name: fc.constantFrom('weather', 'now'),
          args: fc.dictionary(text, fc.oneof(text, fc.integer())),
        },
        { requiredKeys: ['name'] },
      ),
      thoughtSignature: fc.constant('c2ln'),
    },
    { requiredKeys: ['functionCall'] },
  ),
)

const end: fc.Arbitrary<JsonObject> = fc.record(
  {
    finishReason: fc.constantFrom(
      'STOP',
      'MAX_TOKENS',
      'SAFETY',
      'IMAGE_SAFETY',
      'CONTINUATION',
      'MALFORMED_FUNCTION_CALL',
      'LANGUAGE',
      'NEW_REASON',
    ),
    finishMessage: text,
  },
  { requiredKeys: ['finishReason'] },
)

const candidate: fc.Arbitrary<CandidateOf> = fc.record({ parts: fc.array(part, { maxLength: 5 }), end })

const count = fc.integer({ min: 0, max: 5_000 })

const usageMetadata = fc.record(
  {
    promptTokenCount: count,
    candidatesTokenCount: count,
    thoughtsTokenCount: count,
    toolUsePromptTokenCount: count,
  },
  { requiredKeys: ['promptTokenCount'] },
)

const head = { modelVersion: 'gemini-2.5-flash', responseId: 'abc' }

export const wholeAndStreamed = (candidatesMax: number): fc.Arbitrary<WholeAndStreamed> =>
  fc
    .record({
      candidates: fc.array(candidate, { maxLength: candidatesMax }),
      usage: usageMetadata,
      cut: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ candidates, usage, cut }) => ({
      whole: wholeOf(candidates, usage),
      chunks: chunksOf(candidates, usage, cut),
    }))

const blocked = { promptFeedback: { blockReason: 'SAFETY' } }

const wholeOf = (candidates: readonly CandidateOf[], usageMetadata: JsonObject): JsonObject => ({
  ...head,
  usageMetadata,
  ...(candidates.length === 0
    ? blocked
    : {
        candidates: candidates.map(({ parts, end }, index) => ({
          index,
          content: { role: 'model', parts },
          ...end,
        })),
      }),
})

const chunksOf = (
  candidates: readonly CandidateOf[],
  usageMetadata: JsonObject,
  cut: number,
): readonly JsonObject[] => {
  if (candidates.length === 0) return [{ ...head, ...blocked, usageMetadata }]
  const pieces = candidates.flatMap(({ parts }, index) =>
    parts.flatMap((each) => cutPart(each, cut)).map((each) => ({ index, content: { parts: [each] } })),
  )
  return [
    ...pieces.map((each) => ({ ...head, candidates: [each] })),
    { ...head, candidates: candidates.map(({ end }, index) => ({ index, ...end })), usageMetadata },
  ]
}

/** Texts come in pieces, calls come whole. */
const cutPart = (part: JsonObject, cut: number): readonly JsonObject[] => {
  if (typeof part.text !== 'string') return [part]
  const characters = [...part.text]
  const pieces: JsonObject[] = []
  for (let at = 0; at < characters.length; at += cut) {
    pieces.push({ ...part, text: characters.slice(at, at + cut).join('') })
  }
  return pieces
}
