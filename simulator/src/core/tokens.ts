import {
  countTokens as countWithLibrary,
  decode,
  decodeGenerator,
  encode,
} from 'gpt-tokenizer/encoding/o200k_base'
import { countAsciiTokens } from './ascii-tokens.ts'
import { scratchText } from './scratch.ts'

/** Text such as `<|endoftext|>` in a prompt is text; without this the library throws at it. */
const plainText = { disallowedSpecial: new Set<string>() }

/** The library is quadratic in runs without a break: 100,000 letters take 3.5 s, cut like this 30 ms. */
const runCharsMax = 2_000
const longRun = new RegExp(`\\S{${runCharsMax},}|\\s{${runCharsMax},}`)

const cut = (text: string): string[] => {
  const parts: string[] = []
  for (let at = 0; at < text.length; at += runCharsMax) parts.push(text.slice(at, at + runCharsMax))
  return parts
}

const partsOf = (text: string): readonly string[] =>
  text.length >= runCharsMax && longRun.test(text) ? cut(text) : [text]

const countPart = (text: string): number => {
  const { bytes, length } = scratchText(text)
  // As many bytes as characters: nothing but ASCII.
  return length === text.length ? countAsciiTokens(text, bytes) : countWithLibrary(text, plainText)
}

/** Tokens of a text in o200k_base. */
export const countTokens = (text: string): number => {
  let tokens = 0
  for (const part of partsOf(text)) tokens += countPart(part)
  return tokens
}

/** The tokens themselves, cut in the same places. */
export const tokensOf = (text: string): number[] => partsOf(text).flatMap((part) => encode(part, plainText))

/** The text cut into its tokens; those that only together make a character are in one. */
export const tokenTexts = (text: string): string[] => [...decodeGenerator(tokensOf(text))]

/** The text that these tokens spell, or nothing where one of them does not exist. */
export const textOfTokens = (tokens: readonly number[]): string | undefined => {
  try {
    return decode(tokens)
  } catch {
    return undefined
  }
}
