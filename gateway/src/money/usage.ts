/** Tokens of one answer. Counts of a part are included in the count of its whole. */
export interface Usage {
  /** All input, cached tokens included. */
  readonly promptTokens: number
  /** The part of the input that was read from a cache. */
  readonly cachedTokens: number
  /** The part of the input that was written to a cache. */
  readonly cacheWriteTokens: number
  /** The part of that which the cache keeps for an hour: it has a price of its own, and is not kept beyond pricing. */
  readonly cacheWrite1hTokens?: number
  /** All output, reasoning included. */
  readonly completionTokens: number
  /** The part of the output that was reasoning. */
  readonly reasoningTokens: number
}

/** What is kept of a usage once it is priced. */
export type KeptUsage = Omit<Usage, 'cacheWrite1hTokens'>

/** Of a call that brought no answer, and where adding up begins. */
export const NO_USAGE: Usage = {
  promptTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
}
