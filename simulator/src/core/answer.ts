import type { ChatRequest } from './chat-request.ts'
import { parseChat } from './chat-request.ts'
import type { Digest } from './digest.ts'
import { chanceOf, Hasher, scramble } from './digest.ts'
import type { ModelOptions } from './options.ts'
import { countTokens } from './tokens.ts'
import { words } from './words.ts'

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

/** A text of exactly `tokens` tokens (at least one). */
const wordsOf = (fingerprint: Digest, tokens: number): string => {
  let text = signature(fingerprint, tokens)
  let state = fingerprint.low
  for (let left = tokens - signatureWords; left > 0; left -= phraseTokens) {
    state = scramble(state + 0x9e3779b9)
    text += phrases[state & (phraseCount - 1)]?.[Math.min(left, phraseTokens)] ?? ''
  }
  return text
}

/** Only what a model sees counts: two bodies that differ in order of keys or in `user` get the same answer. */
export const fingerprintOf = (request: ChatRequest, seed: number): Digest => {
  const hasher = new Hasher(seed).text(request.model)
  for (const message of request.messages) hasher.text(message.role).text(message.text).number(message.images)
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
  request: ChatRequest,
  model: ModelOptions,
): Answer => {
  const own =
    choice === 0 ? fingerprint : new Hasher(choice).number(fingerprint.high).number(fingerprint.low).digest()
  const wanted = tokensWanted(own, model)
  const allowed = request.answerTokensMax ?? Number.POSITIVE_INFINITY
  const finish = wanted > allowed ? 'length' : 'stop'
  const tokens = Math.min(wanted, allowed)
  const content = wordsOf(own, tokens)
  return request.json ? jsonAnswer(content, finish) : { content, tokens, finish }
}

/**
 * The text that the simulator answers to this body (text, bytes or the parsed object), so that a test can tell
 * whether the right answer came back. `model` says what was configured for it, where its lengths were.
 * Throws where the body is one that the simulator refuses.
 */
export const expectedAnswer = (body: unknown, seed: number, model: ModelOptions = {}): string => {
  const parsed = parseChat(body instanceof Uint8Array ? Buffer.from(body).toString() : body)
  if ('error' in parsed) throw new Error(`no answer to expect: ${parsed.error.message}`)
  return answerOf(fingerprintOf(parsed.request, seed), 0, parsed.request, model).content
}
