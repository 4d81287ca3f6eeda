import { answerOf, fingerprintOf, refusalText, refusalTokens, unwillingness } from '../../answer.ts'
import { type Answered, answered, answeredInEvents, type Call, callId, createdSeconds } from '../../call.ts'
import { jsonBody } from '../../json-body.ts'
import { promptTokensOf } from '../../prompt.ts'
import type { ProviderError } from '../../provider-error.ts'
import { endpointOf } from '../endpoint-of.ts'
import { inputTooLong } from '../errors.ts'
import { tooFast, tooMany } from '../limits.ts'
import { spoilable } from '../spoilable.ts'
import { responseStream } from './events.ts'
import { responseObject, type Said } from './object.ts'
import { type ResponseRequest, readResponse } from './request.ts'

const saidBy = (request: ResponseRequest, call: Call): { said: Said; tokens: number } => {
  const { options } = call.model
  const fingerprint = fingerprintOf(request, call.seed)
  const why = call.mayRefuse ? unwillingness(fingerprint, options) : undefined
  if (why === 'refused')
    return { said: { text: refusalText, isRefusal: true, incomplete: null }, tokens: refusalTokens }
  if (why === 'filtered')
    return { said: { text: '', isRefusal: false, incomplete: 'content_filter' }, tokens: 0 }
  const { content, tokens, finish } = answerOf(fingerprint, 0, request, options)
  const incomplete = finish === 'length' ? 'max_output_tokens' : null
  return { said: { text: content, isRefusal: false, incomplete }, tokens }
}

const answerResponse = (request: ResponseRequest, call: Call): Answered | ProviderError => {
  const prompt = promptTokensOf(request)
  if (prompt > call.model.contextTokens) return inputTooLong()
  const busy = tooMany(call)
  if (busy) return busy

  const { said, tokens: completion } = saidBy(request, call)
  const limited = tooFast(call, prompt + (request.answerTokensMax ?? completion))
  if (limited) return limited

  const tokens = { prompt, cached: call.prefixes.lookUp(request, prompt), completion }
  const parts = {
    id: callId(call),
    created: createdSeconds(call),
    model: request.model,
    said,
    tokens,
    settings: request.settings,
  }
  return request.stream === undefined
    ? answered(call, tokens, jsonBody(responseObject(parts), call.pretty), spoilable.text)
    : answeredInEvents(call, tokens, responseStream(parts, request.stream), spoilable.delta)
}

export const responses = endpointOf<ResponseRequest>({
  read: readResponse,
  answer: answerResponse,
  expected: (request, seed, options) => answerOf(fingerprintOf(request, seed), 0, request, options).content,
})
