import { answerOf, fingerprintOf } from './answer.ts'
import type { ChatRequest } from './chat-request.ts'
import type { Choice } from './completion.ts'
import { completionBody } from './completion.ts'
import type { Digest } from './digest.ts'
import { chanceOf, digestText } from './digest.ts'
import type { ProviderError } from './errors.ts'
import { concurrencyReached, contextTooLong } from './errors.ts'
import type { Model } from './models.ts'
import type { PrefixCache } from './prompt.ts'
import { cachedTokensMin, promptTokensOf } from './prompt.ts'
import { countTokens } from './tokens.ts'

export interface ChatCall {
  readonly request: ChatRequest
  readonly model: Model
  readonly digest: Digest
  readonly callsBefore: number
  readonly now: number
  readonly seed: number
  readonly pretty: boolean
  /** A call that a fault will spoil gets a plain answer to spoil. */
  readonly mayRefuse: boolean
}

export interface ChatAnswer {
  readonly body: Buffer
  readonly firstByteMs: number
  readonly bodyMs: number
}

const latencySalt = 0x1a7e
const refusalSalt = 0x5ef5
const filterSalt = 0xf117

const refusalText = "I'm sorry, but I can't assist with that request."
const refusalTokens = countTokens(refusalText)

interface Spoken {
  readonly choices: readonly Choice[]
  readonly tokens: number
}

const refusedBy = (call: ChatCall, fingerprint: Digest): Spoken | undefined => {
  const { refusalRate = 0, contentFilterRate = 0 } = call.model.options
  if (refusalRate > 0 && chanceOf(fingerprint, refusalSalt) < refusalRate)
    return { choices: [{ content: null, refusal: refusalText, finish: 'stop' }], tokens: refusalTokens }
  if (contentFilterRate > 0 && chanceOf(fingerprint, filterSalt) < contentFilterRate)
    return { choices: [{ content: '', refusal: null, finish: 'content_filter' }], tokens: 0 }
  return undefined
}

const spokenBy = (call: ChatCall, fingerprint: Digest): Spoken => {
  const { request, model } = call
  let tokens = 0
  const choices: Choice[] = []
  for (let choice = 0; choice < request.choices; choice++) {
    const answer = answerOf(fingerprint, choice, request, model.options)
    choices.push({ content: answer.content, refusal: null, finish: answer.finish })
    tokens += answer.tokens
  }
  return { choices, tokens }
}

const firstByteMsOf = ({ model, digest, callsBefore }: ChatCall): number => {
  const { firstByteMs = 0, firstByteSpreadMs = 0 } = model.options
  if (firstByteSpreadMs === 0) return firstByteMs
  return Math.max(0, firstByteMs + (2 * chanceOf(digest, latencySalt + callsBefore) - 1) * firstByteSpreadMs)
}

/** The checks that OpenAI makes once it has understood the request, in its order; then the answer. */
export const answerChat = (call: ChatCall, prefixes: PrefixCache): ChatAnswer | ProviderError => {
  const { request, model, now } = call
  const promptTokens = promptTokensOf(request)
  if (promptTokens > model.contextTokens) return contextTooLong(promptTokens, model.contextTokens)

  const concurrencyMax = model.options.concurrencyMax ?? Number.POSITIVE_INFINITY
  if (model.running >= concurrencyMax) return concurrencyReached(model.name, concurrencyMax)

  const fingerprint = fingerprintOf(request, call.seed)
  const spoken = (call.mayRefuse && refusedBy(call, fingerprint)) || spokenBy(call, fingerprint)
  const tooFast = model.rateLimit.enter(
    model.name,
    promptTokens + (request.answerTokensMax ?? spoken.tokens),
    now,
  )
  if (tooFast) return tooFast

  const cachedTokens = promptTokens < cachedTokensMin ? 0 : prefixes.lookUp(request)
  model.answered++
  model.promptTokens += promptTokens
  model.cachedTokens += cachedTokens
  model.completionTokens += spoken.tokens
  const body = completionBody(
    {
      id: `chatcmpl-${digestText(call.digest)}${call.callsBefore.toString(36)}`,
      created: Math.floor(now / 1_000),
      model: request.model,
      choices: spoken.choices,
      promptTokens,
      cachedTokens,
      completionTokens: spoken.tokens,
    },
    call.pretty,
  )
  return { body, firstByteMs: firstByteMsOf(call), bodyMs: spoken.tokens * (model.options.tokenMs ?? 0) }
}
