import { fingerprintOf } from '../../answer.ts'
import { type Answered, answered, answeredInEvents, type Call, callId, type Spoilable } from '../../call.ts'
import { jsonBody } from '../../json-body.ts'
import type { ModelOptions } from '../../options.ts'
import type { ProviderError } from '../../provider-error.ts'
import { endpointOf } from '../endpoint-of.ts'
import { promptTooLong } from '../errors.ts'
import { tooFast, tooMany } from '../limits.ts'
import { uncachedTokens, writtenTokens } from '../usage.ts'
import { messageStream } from './events.ts'
import { messageObject } from './object.ts'
import { type MessagesRequest, readMessages } from './request.ts'
import { declinedBy, type Spoken, spokenBy } from './spoken.ts'

const answerMessages = (request: MessagesRequest, call: Call): Answered | ProviderError => {
  const { model } = call
  if (request.tokens > model.contextTokens) return promptTooLong(request.tokens, model.contextTokens)
  const busy = tooMany(call)
  if (busy) return busy

  const fingerprint = fingerprintOf(request, call.seed)
  const declined = call.mayRefuse ? declinedBy(fingerprint, model.options) : undefined
  const spoken = declined ?? spokenBy(request, fingerprint, model.options)
  const cache = call.breakpoints.lookUp(request.breakpoints, call.now)
  const used = { prompt: request.tokens, cache, output: spoken.tokens, thinking: spoken.thinkingTokens }
  const limited = tooFast(call, {
    tokens: request.tokens + request.answerTokensMax,
    // What is read from the cache is free of the limit.
    input_tokens: uncachedTokens(used) + writtenTokens(cache),
    output_tokens: request.answerTokensMax,
  })
  if (limited) return limited

  const tokens = { prompt: request.tokens, cached: cache.read, completion: spoken.tokens }
  const reply = { id: `msg_${callId(call)}`, model: request.model, spoken, used }
  return request.stream
    ? answeredInEvents(call, tokens, messageStream(reply), spoilableIn(spoken))
    : answered(call, tokens, jsonBody(messageObject(reply), call.pretty), spoilableIn(spoken))
}

const inText: Spoilable = { text: 'text', usage: 'usage' }
const inId: Spoilable = { text: 'id', usage: 'usage' }

/** Where there is no text, anything may stand in an id. */
const spoilableIn = ({ content }: Spoken): Spoilable =>
  content.some(({ type }) => type === 'text') ? inText : inId

/** The text, or the input of the tool that is called. */
const expectedMessage = (request: MessagesRequest, seed: number, options: ModelOptions): string => {
  const { content } = spokenBy(request, fingerprintOf(request, seed), options)
  for (const block of content) {
    if (block.type === 'text') return block.text
    if (block.type === 'tool_use') return JSON.stringify(block.input)
  }
  return ''
}

export const messagesAt = endpointOf<MessagesRequest>({
  read: readMessages,
  answer: answerMessages,
  expected: expectedMessage,
})
