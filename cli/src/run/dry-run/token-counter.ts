import { createRequire } from 'node:module'

type Tokenizer = typeof import('gpt-tokenizer/encoding/o200k_base')

/** The tokenizer is quadratic in runs without a break, so text is counted in slices. */
const sliceCharacters = 2_000

/** Half a second's work. After each such stretch only every other text is counted of those that were. */
const stretchCharacters = 10_000_000

const load = createRequire(import.meta.url)

/** OpenAI's current encoding; other providers' counts differ by some per cent. */
export const createCountTokens = (): ((text: string) => number) => {
  const tokenizer: Tokenizer = load('gpt-tokenizer/encoding/o200k_base')
  const settings = { disallowedSpecial: new Set<string>() }
  return (text) => {
    let tokens = 0
    for (let start = 0; start < text.length; start += sliceCharacters)
      tokens += tokenizer.countTokens(text.slice(start, start + sliceCharacters), settings)
    return tokens
  }
}

export interface TokenEstimate {
  readonly tokens: number
  /** Characters that were counted, and all of them. */
  readonly countedCharacters: number
  readonly characters: number
}

export interface TokenEstimator {
  /** Takes a text into account, and tells how many tokens it has: counted, or by what was counted before. */
  show(text: string): number
  estimate(): TokenEstimate
}

/** Counts all texts of a small input, and of a large one fewer and fewer: each stands for its neighbours. */
export const createTokenEstimator = (countTokens: (text: string) => number): TokenEstimator => {
  let seen = 0
  let stride = 1
  let stretchEnd = stretchCharacters
  let characters = 0
  let countedCharacters = 0
  /** Of the counted texts, each as many times as it stands for others. */
  let tokensStoodFor = 0
  let charactersStoodFor = 0
  const perCharacter = () => (charactersStoodFor > 0 ? tokensStoodFor / charactersStoodFor : 0)
  return {
    show: (text) => {
      characters += text.length
      if (seen++ % stride !== 0) return Math.ceil(text.length * perCharacter())
      const tokens = countTokens(text)
      countedCharacters += text.length
      tokensStoodFor += tokens * stride
      charactersStoodFor += text.length * stride
      if (countedCharacters > stretchEnd) {
        stride *= 2
        stretchEnd += stretchCharacters
      }
      return tokens
    },
    estimate: () => ({
      tokens: Math.round(perCharacter() * characters),
      countedCharacters,
      characters,
    }),
  }
}
