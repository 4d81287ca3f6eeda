import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import type { Usage } from './usage.ts'

/**
 * The tokenizer is quadratic in runs without a break ('a' × 100,000 takes seconds), so text is counted in
 * slices; a slice's edge may add a token, which is well within an estimate.
 */
const SLICE_CHARACTERS = 2_000

type Tokenizer = typeof import('gpt-tokenizer/encoding/o200k_base')

const load = createRequire(import.meta.url)
let tokenizer: Tokenizer | undefined

/** Loaded when it is first needed: its tables take 60 MB, and hardly any answer comes without usage. */
const tokensOf = (text: string): number => {
  tokenizer ??= load('gpt-tokenizer/encoding/o200k_base') as Tokenizer
  let tokens = 0
  for (let start = 0; start < text.length; start += SLICE_CHARACTERS) {
    tokens += tokenizer.countTokens(text.slice(start, start + SLICE_CHARACTERS), {
      disallowedSpecial: new Set(),
    })
  }
  return tokens
}

/** The text of one exchange that is billed by the token. */
export interface BilledText {
  readonly input: readonly string[]
  /** Input that came as tokens already. */
  readonly inputTokens: number
  readonly output: readonly string[]
}

/** Usage counted by a tokenizer, for an answer that came without: o200k_base, OpenAI's current encoding. */
export const estimateUsage = ({ input, inputTokens, output }: BilledText): Usage => ({
  promptTokens: inputTokens + tokensOfAll(input),
  cachedTokens: 0,
  cacheWriteTokens: 0,
  completionTokens: tokensOfAll(output),
  reasoningTokens: 0,
})

/** Counting so much takes a few milliseconds, and nobody else has a turn meanwhile. */
const TURN_CHARACTERS = 16_000

/** The tokens of what is asked, of any length: counted in turns of the loop, with everybody else's between them. */
export const estimateInput = async ({
  input,
  inputTokens,
}: Pick<BilledText, 'input' | 'inputTokens'>): Promise<number> => {
  let tokens = inputTokens
  let counted = 0
  for (const text of input) {
    for (let start = 0; start < text.length; start += TURN_CHARACTERS) {
      const stretch = text.slice(start, start + TURN_CHARACTERS)
      tokens += tokensOf(stretch)
      counted += stretch.length
      if (counted < TURN_CHARACTERS) continue
      counted = 0
      await setImmediate()
    }
  }
  return tokens
}

const tokensOfAll = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + tokensOf(text), 0)
