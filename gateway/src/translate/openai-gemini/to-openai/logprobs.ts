import { isObject, type JsonObject } from '../../json.ts'

/** `logprobsResult` as the `logprobs` of a choice. */
export const toLogprobs = ({ chosenCandidates, topCandidates }: JsonObject): JsonObject => {
  const tops: readonly unknown[] = Array.isArray(topCandidates) ? topCandidates : []
  return {
    content: tokensOf(chosenCandidates).map((token, at) => {
      const top = tops[at]
      return { ...token, top_logprobs: isObject(top) ? tokensOf(top.candidates) : [] }
    }),
    refusal: null,
  }
}

const tokensOf = (candidates: unknown): readonly JsonObject[] => {
  const all: readonly unknown[] = Array.isArray(candidates) ? candidates : []
  return all.filter(isObject).map(({ token, logProbability }) => {
    const text = typeof token === 'string' ? token : ''
    return {
      token: text,
      logprob: typeof logProbability === 'number' ? logProbability : 0,
      bytes: [...Buffer.from(text)],
    }
  })
}
