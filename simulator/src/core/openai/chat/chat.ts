import { answerOf, fingerprintOf, refusalText, refusalTokens, unwillingness } from '../../answer.ts'
import { type Answered, answered, answeredInEvents, type Call, callId, createdSeconds } from '../../call.ts'
import type { Digest } from '../../digest.ts'
import { promptTokensOf } from '../../prompt.ts'
import type { ProviderError } from '../../provider-error.ts'
import { endpointOf } from '../endpoint-of.ts'
import { contextTooLong } from '../errors.ts'
import { tooFast, tooMany } from '../limits.ts'
import { spoilable } from '../spoilable.ts'
import { chatStream } from './chunks.ts'
import type { Choice } from './object.ts'
import { completionBody } from './object.ts'
import { type ChatRequest, readChat } from './request.ts'

interface Spoken {
  readonly choices: readonly Choice[]
  readonly tokens: number
}

const refusedBy = (call: Call, fingerprint: Digest): Spoken | undefined => {
  const why = unwillingness(fingerprint, call.model.options)
  if (why === 'refused')
    return { choices: [{ content: null, refusal: refusalText, finish: 'stop' }], tokens: refusalTokens }
  if (why === 'filtered')
    return { choices: [{ content: '', refusal: null, finish: 'content_filter' }], tokens: 0 }
  return undefined
}

const spokenBy = (request: ChatRequest, call: Call, fingerprint: Digest): Spoken => {
  let tokens = 0
  const choices: Choice[] = []
  for (let choice = 0; choice < request.choices; choice++) {
    const answer = answerOf(fingerprint, choice, request, call.model.options)
    choices.push({ content: answer.content, refusal: null, finish: answer.finish })
    tokens += answer.tokens
  }
  return { choices, tokens }
}

/** The checks that OpenAI makes once it has understood the request, in its order; then the answer. */
const answerChat = (request: ChatRequest, call: Call): Answered | ProviderError => {
  const { model } = call
  const promptTokens = promptTokensOf(request)
  if (promptTokens > model.contextTokens) return contextTooLong(promptTokens, model.contextTokens)
  const busy = tooMany(call)
  if (busy) return busy

  const fingerprint = fingerprintOf(request, call.seed)
  const spoken = (call.mayRefuse && refusedBy(call, fingerprint)) || spokenBy(request, call, fingerprint)
  const limited = tooFast(call, promptTokens + (request.answerTokensMax ?? spoken.tokens))
  if (limited) return limited

  const cached = call.prefixes.lookUp(request, promptTokens)
  const tokens = { prompt: promptTokens, cached, completion: spoken.tokens }
  const completion = {
    id: `chatcmpl-${callId(call)}`,
    created: createdSeconds(call),
    model: request.model,
    choices: spoken.choices,
    tokens,
  }
  return request.stream === undefined
    ? answered(call, tokens, completionBody(completion, call.pretty), spoilable.content)
    : answeredInEvents(call, tokens, chatStream(completion, request.stream), spoilable.content)
}

export const chat = endpointOf<ChatRequest>({
  read: readChat,
  answer: answerChat,
  expected: (request, seed, options) => answerOf(fingerprintOf(request, seed), 0, request, options).content,
})
