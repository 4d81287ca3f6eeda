import { type Answer, answerOf, refusalText, refusalTokens } from '../../answer.ts'
import { type Digest, Hasher, scramble } from '../../digest.ts'
import type { ModelOptions } from '../../options.ts'
import { valueFor } from '../../schema-value.ts'
import { countTokens } from '../../tokens.ts'
import { isThirdGeneration } from '../traits.ts'
import type { ContentRequest, Form } from './request.ts'

/** What the model thinks and says. */
export interface Spoken {
  readonly thoughts: { readonly text: string; readonly tokens: number }
  readonly candidates: readonly Candidate[]
}

export interface Candidate {
  readonly text: string
  readonly calls: readonly FunctionCall[]
  readonly tokens: number
  readonly finish: 'STOP' | 'MAX_TOKENS'
}

export interface FunctionCall {
  readonly id?: string
  readonly name: string
  readonly args: unknown
}

export const speak = (request: ContentRequest, fingerprint: Digest, options: ModelOptions): Spoken => {
  const thoughts = think(request, fingerprint)
  const left = (request.outputTokensMax ?? Number.POSITIVE_INFINITY) - thoughts.tokens
  const candidates = Array.from({ length: request.candidates }, (_, index) =>
    left <= 0 ? cutOff : candidateOf(request, { fingerprint, index, left }, options),
  )
  return { thoughts, candidates }
}

/** Gemini has no field for it: a model that does not want to just says so. */
export const refuse = (): Spoken => ({
  thoughts: noThoughts,
  candidates: [{ text: refusalText, calls: [], tokens: refusalTokens, finish: 'STOP' }],
})

const noThoughts = { text: '', tokens: 0 }

/** Nothing was left to say it with. */
const cutOff: Candidate = { text: '', calls: [], tokens: 0, finish: 'MAX_TOKENS' }

const thoughtsSalt = 0x7409
const thoughtTokensMin = 12
const thoughtTokensSpread = 40

/** Thoughts take of the same room as what is said after them. */
const think = (
  { thinking, outputTokensMax = Number.POSITIVE_INFINITY }: ContentRequest,
  { high, low }: Digest,
): Spoken['thoughts'] => {
  const wanted = (thoughtTokensMin + (scramble(low ^ thoughtsSalt) % thoughtTokensSpread)) * thinking.depth
  const tokens = Math.min(wanted, thinking.tokensMax, outputTokensMax)
  if (tokens === 0) return noThoughts
  const fingerprint = new Hasher(thoughtsSalt).number(high).number(low).digest()
  const length = { answerTokens: tokens, answerTokensSpread: 0 }
  return {
    text: answerOf(fingerprint, 0, { answerTokensMax: tokens, json: false }, length).content,
    tokens,
  }
}

interface Place {
  readonly fingerprint: Digest
  readonly index: number
  /** So many tokens it has. */
  readonly left: number
}

const candidateOf = (request: ContentRequest, place: Place, options: ModelOptions): Candidate => {
  const { form, stops } = request
  const answer = answerOf(
    place.fingerprint,
    place.index,
    { answerTokensMax: place.left, json: form.kind === 'json' && form.schema === undefined },
    options,
  )
  if (request.functions.called.length > 0) return calling(request, answer, place)
  const { content, tokens, finish } = stopped(inForm(answer, form), stops)
  return { text: content, calls: [], tokens, finish: finish === 'stop' ? 'STOP' : 'MAX_TOKENS' }
}

const wordsOfArgument = 4

const calling = ({ functions, model }: ContentRequest, { content }: Answer, place: Place): Candidate => {
  const words = content.split(' ').slice(0, wordsOfArgument).join(' ')
  const calls = functions.called.map(({ name, parameters }, index) => {
    const args = valueFor(parameters ?? { type: 'object' }, words)
    return isThirdGeneration(model) ? { id: callIdOf(place, index), name, args } : { name, args }
  })
  const tokens = countTokens(JSON.stringify(calls))
  return tokens > place.left ? { ...cutOff, tokens: place.left } : { text: '', calls, tokens, finish: 'STOP' }
}

const callIdOf = ({ fingerprint, index }: Place, call: number): string =>
  scramble(fingerprint.low ^ scramble(index * 31 + call)).toString(36)

/** A model that runs out of tokens leaves its JSON open, and clients must cope with that. */
const inForm = (answer: Answer, { kind, schema }: Form): Answer => {
  if (schema === undefined) return answer
  const value = valueFor(schema, answer.content)
  const whole = kind === 'enum' && typeof value === 'string' ? value : JSON.stringify(value)
  const content = answer.finish === 'stop' ? whole : whole.slice(0, -1)
  return { ...answer, content, tokens: countTokens(content) }
}

/** What comes before the first of them; the stop itself is not told. */
const stopped = (answer: Answer, stops: readonly string[]): Answer => {
  const places = stops.map((stop) => answer.content.indexOf(stop)).filter((place) => place >= 0)
  if (places.length === 0) return answer
  const content = answer.content.slice(0, Math.min(...places))
  return { content, tokens: countTokens(content), finish: 'stop' }
}
