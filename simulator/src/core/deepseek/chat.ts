import { type Answer, answerOf, fingerprintOf, unwillingness } from '../answer.ts'
import {
  type Answered,
  answered,
  answeredInEvents,
  type Call,
  callId,
  createdSeconds,
  exceededBy,
  placesAreTaken,
} from '../call.ts'
import type { Digest } from '../digest.ts'
import { Bound, type Endpoint, readBody } from '../endpoint.ts'
import { spoilable } from '../openai/spoilable.ts'
import type { ModelOptions } from '../options.ts'
import { promptTokensOf } from '../prompt.ts'
import { isError, type ProviderError } from '../provider-error.ts'
import { isRecord } from '../record.ts'
import { completionStream } from './chunks.ts'
import { badParameter, contextTooLong, limitReached, notJson } from './errors.ts'
import { completionBody } from './object.ts'
import { type DeepseekRequest, readDeepseekChat } from './request.ts'

export const chat: Endpoint = {
  parse(source) {
    const body = readBody(source)
    if (!isRecord(body)) return { error: notJson() }
    const { model, user_id: user } = body
    if (typeof model !== 'string') return { error: badParameter('missing field `model`') }
    const request = readDeepseekChat(body, model)
    if (isError(request)) return { error: request, model }
    const about = { model, marker: typeof user === 'string' ? user : null, streamed: body.stream === true }
    return new Bound(about, request, { answer: answerChat, expected: expectedContent })
  },
}

const answerChat = (request: DeepseekRequest, call: Call): Answered | ProviderError => {
  const { model } = call
  const promptTokens = promptTokensOf(request)
  if (promptTokens > model.contextTokens) return contextTooLong(promptTokens, model.contextTokens)
  if (placesAreTaken(call) !== undefined) return limitReached()
  const fingerprint = fingerprintOf(request, call.seed)
  const isFiltered = call.mayRefuse && unwillingness(fingerprint, model.options) !== undefined
  const { thoughts, said } = isFiltered ? FILTERED : spoken(request, fingerprint, model.options)
  const reasoningTokens = thoughts?.tokens ?? 0
  const completionTokens = reasoningTokens + said.tokens
  if (exceededBy(call, { tokens: promptTokens + (request.answerTokensMax ?? completionTokens) })) {
    return limitReached()
  }

  const cached = call.prefixes.lookUp(request, promptTokens)
  const tokens = { prompt: promptTokens, cached, completion: completionTokens }
  const completion = {
    id: callId(call),
    created: createdSeconds(call),
    model: request.model,
    reasoning: thoughts?.content ?? null,
    content: said.content,
    finish: said.finish,
    tokens,
    reasoningTokens,
  }
  return request.stream === undefined
    ? answered(call, tokens, completionBody(completion, call.pretty), spoilable.content)
    : answeredInEvents(call, tokens, completionStream(completion, request.stream), spoilable.content)
}

interface Spoken {
  readonly thoughts: Answer | undefined
  readonly said: Omit<Answer, 'finish'> & { readonly finish: string }
}

const FILTERED: Spoken = { thoughts: undefined, said: { content: '', tokens: 0, finish: 'content_filter' } }

/** Long enough to be seen. */
const THOUGHT_TOKENS = 12
/** What is left of a scarce output belongs to the answer. */
const THOUGHT_SHARE = 1 / 4

/** Thinking comes out of the same tokens as the answer, and before it. */
const spoken = (request: DeepseekRequest, fingerprint: Digest, options: ModelOptions): Spoken => {
  const max = request.answerTokensMax ?? Number.POSITIVE_INFINITY
  const thoughtTokens = request.thinks ? Math.floor(Math.min(THOUGHT_TOKENS, max * THOUGHT_SHARE)) : 0
  const said = answerOf(
    fingerprint,
    0,
    { json: request.json, answerTokensMax: leftOf(max, thoughtTokens) },
    options,
  )
  if (!request.thinks) return { thoughts: undefined, said }
  const thoughts = answerOf(fingerprint, 1, { json: false, answerTokensMax: thoughtTokens }, options)
  return { thoughts, said }
}

const leftOf = (max: number, used: number): number | undefined =>
  Number.isFinite(max) ? max - used : undefined

const expectedContent = (request: DeepseekRequest, seed: number, options: ModelOptions): string =>
  spoken(request, fingerprintOf(request, seed), options).said.content
