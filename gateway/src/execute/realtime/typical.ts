import type { Usage } from '../../money/usage.ts'
import type { CallTokens } from '../gate/gate.ts'

/** What the calls of one deployment usually take: moving averages over its last hundred answers or so. */
export interface Typical {
  note(ms: number, usage: Usage | undefined): void
  /** Milliseconds from the call to its whole answer; 0 before the first. */
  ms(): number
  /** Tokens that a request of so many bytes will use: what its gate paces by. */
  tokensOf(bytes: number): CallTokens
}

const WEIGHT_OF_LAST = 0.02
const BYTES_PER_TOKEN = 4
/** Before the first answer. Too low would burst into the provider's limit; its headers correct both soon. */
const OUTPUT_TOKENS_ASSUMED = 256

export const createTypical = (): Typical => {
  let ms: number | undefined
  let outputTokens: number | undefined
  const blend = (mean: number | undefined, value: number): number =>
    mean === undefined ? value : mean + (value - mean) * WEIGHT_OF_LAST
  return {
    note(callMs, usage) {
      ms = blend(ms, callMs)
      if (usage) outputTokens = blend(outputTokens, usage.completionTokens)
    },
    ms: () => ms ?? 0,
    tokensOf: (bytes) => ({
      input: bytes / BYTES_PER_TOKEN,
      output: outputTokens ?? OUTPUT_TOKENS_ASSUMED,
    }),
  }
}
