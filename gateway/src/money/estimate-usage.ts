import { createRequire } from 'node:module'
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

/** Usage counted by a tokenizer, for an answer that came without: o200k_base, OpenAI's current encoding. */
export const estimateUsage = (request: string, answer: string): Usage => ({
  promptTokens: tokensOf(request),
  cachedTokens: 0,
  cacheWriteTokens: 0,
  completionTokens: tokensOf(answer),
  reasoningTokens: 0,
})
