import type { Digest } from './digest.ts'
import { chanceOf, Hasher, scramble } from './digest.ts'
import type { ModelOptions } from './options.ts'
import type { Prompt } from './prompt.ts'
import { countTokens } from './tokens.ts'
import { words } from './words.ts'

/** What is asked of an answer, whatever it is an answer to. */
export interface AnswerWish {
  readonly answerTokensMax: number | undefined
  /** It is to be JSON. */
  readonly json: boolean
}

/** What the model says: derived from the request and the seed alone, so that a swapped answer is seen. */
export interface Answer {
  readonly content: string
  readonly tokens: number
  readonly finish: 'stop' | 'length'
}

export const defaultAnswerTokens = 90
export const defaultAnswerTokensSpread = 30

/** The first eight words spell 64 bits of the request's fingerprint; the rest is made of these phrases. */
const signatureWords = 8
const phraseTokens = 8
const phraseCount = 256

const spaced = words.map((word) => ` ${word}`)
const spacedWord = (at: number): string => spaced[at & 255] ?? ''

/** `phrases[p][n]` is the first n tokens of phrase p; a full phrase is seven words and a full stop. */
const phrases: readonly (readonly string[])[] = Array.from({ length: phraseCount }, (_, phrase) => {
  const prefixes = ['']
  for (let token = 0; token < phraseTokens - 1; token++) {
    prefixes.push(prefixes[token] + spacedWord(scramble(phrase * phraseTokens + token)))
  }
  prefixes.push(`${prefixes[phraseTokens - 1]}.`)
  return prefixes
})

const signature = ({ high, low }: Digest, tokens: number): string => {
  let text = words[high >>> 24] ?? ''
  if (tokens > 1) text += spacedWord(high >>> 16)
  if (tokens > 2) text += spacedWord(high >>> 8)
  if (tokens > 3) text += spacedWord(high)
  if (tokens > 4) text += spacedWord(low >>> 24)
  if (tokens > 5) text += spacedWord(low >>> 16)
  if (tokens > 6) text += spacedWord(low >>> 8)
  if (tokens > 7) text += spacedWord(low)
  return text
}

/** A text of exactly `tokens` tokens. */
const wordsOf = (fingerprint: Digest, tokens: number): string => {
  if (tokens === 0) return ''
  let text = signature(fingerprint, tokens)
  let state = fingerprint.low
  for (let left = tokens - signatureWords; left > 0; left -= phraseTokens) {
    state = scramble(state + 0x9e3779b9)
    text += phrases[state & (phraseCount - 1)]?.[Math.min(left, phraseTokens)] ?? ''
  }
  return text
}

/** Only what a model sees counts: two bodies that differ in order of keys or in `user` get the same answer. */
export const fingerprintOf = (prompt: Prompt, seed: number): Digest => {
  const hasher = new Hasher(seed).text(prompt.model)
  for (const message of prompt.messages) hasher.text(message.role).text(message.text).number(message.images)
  return hasher.digest()
}

const lengthSalt = 0x1e46

const tokensWanted = (fingerprint: Digest, model: ModelOptions): number => {
  const mean = model.answerTokens ?? defaultAnswerTokens
  const spread = model.answerTokensSpread ?? Math.min(mean - 1, defaultAnswerTokensSpread)
  return Math.max(1, Math.round(mean + (2 * chanceOf(fingerprint, lengthSalt) - 1) * spread))
}

const jsonAnswer = (text: string, finish: 'stop' | 'length'): Answer => {
  // A model that runs out of tokens leaves its JSON open, and clients must cope with that.
  const content = `{"answer":"${text}${finish === 'stop' ? '"}' : ''}`
  return { content, tokens: countTokens(content), finish }
}

/** Choice 0 is made of the fingerprint itself, the others of its successors. */
export const answerOf = (
  fingerprint: Digest,
  choice: number,
  wish: AnswerWish,
  model: ModelOptions,
): Answer => {
  const own =
    choice === 0 ? fingerprint : new Hasher(choice).number(fingerprint.high).number(fingerprint.low).digest()
  const wanted = tokensWanted(own, model)
  const allowed = wish.answerTokensMax ?? Number.POSITIVE_INFINITY
  const finish = wanted > allowed ? 'length' : 'stop'
  const tokens = Math.min(wanted, allowed)
  const content = wordsOf(own, tokens)
  return wish.json ? jsonAnswer(content, finish) : { content, tokens, finish }
}

const refusalSalt = 0x5ef5
const filterSalt = 0xf117

export const refusalText = "I'm sorry, but I can't assist with that request."
export const refusalTokens = countTokens(refusalText)

/** Whether the model does not want to answer this, or what it says is filtered out: the same every time. */
export const unwillingness = (
  fingerprint: Digest,
  model: ModelOptions,
): 'refused' | 'filtered' | undefined => {
  const { refusalRate = 0, contentFilterRate = 0 } = model
  if (refusalRate > 0 && chanceOf(fingerprint, refusalSalt) < refusalRate) return 'refused'
  if (contentFilterRate > 0 && chanceOf(fingerprint, filterSalt) < contentFilterRate) return 'filtered'
  return undefined
}
