import { type Answer, answerOf, unwillingness } from '../../answer.ts'
import { type Answered, answered, answeredInEvents, type Call, callId, createdSeconds } from '../../call.ts'
import { type Digest, Hasher } from '../../digest.ts'
import { jsonBody } from '../../json-body.ts'
import type { ModelOptions } from '../../options.ts'
import type { ProviderError } from '../../provider-error.ts'
import { endpointOf } from '../endpoint-of.ts'
import { textTooLong } from '../errors.ts'
import { tooFast, tooMany } from '../limits.ts'
import { spoilable } from '../spoilable.ts'
import type { Text } from '../texts.ts'
import { textStream } from './chunks.ts'
import { type TextChoice, textCompletionObject } from './object.ts'
import { type CompletionRequest, readCompletion } from './request.ts'

const fingerprintOf = ({ model }: CompletionRequest, { text }: Text, seed: number): Digest =>
  new Hasher(seed).text(model).text('prompt').text(text).digest()

const goneOn = (
  request: CompletionRequest,
  fingerprint: Digest,
  choice: number,
  options: ModelOptions,
): Answer => answerOf(fingerprint, choice, { ...request, json: false }, options)

const choicesOf = (request: CompletionRequest, call: Call): { choices: TextChoice[]; tokens: number } => {
  const { options } = call.model
  const choices: TextChoice[] = []
  let tokens = 0
  for (const prompt of request.prompts) {
    const fingerprint = fingerprintOf(request, prompt, call.seed)
    const isFiltered = call.mayRefuse && unwillingness(fingerprint, options) === 'filtered'
    for (let choice = 0; choice < request.choices; choice++) {
      const answer = goneOn(request, fingerprint, choice, options)
      const echoed = request.echo ? prompt.text : ''
      choices.push(
        isFiltered
          ? { echoed, text: '', finish: 'content_filter' }
          : { echoed, text: answer.content, finish: answer.finish },
      )
      if (!isFiltered) tokens += answer.tokens
    }
  }
  return { choices, tokens }
}

const answerCompletion = (request: CompletionRequest, call: Call): Answered | ProviderError => {
  const { prompts, answerTokensMax } = request
  const { contextTokens } = call.model
  const tooLong = prompts.find(({ tokens }) => tokens + answerTokensMax > contextTokens)
  if (tooLong) return textTooLong(tooLong.tokens, answerTokensMax, contextTokens)
  const busy = tooMany(call)
  if (busy) return busy

  const prompt = prompts.reduce((sum, { tokens }) => sum + tokens, 0)
  const limited = tooFast(call, prompt + prompts.length * request.choices * answerTokensMax)
  if (limited) return limited

  const { choices, tokens: generated } = choicesOf(request, call)
  const tokens = { prompt, cached: 0, completion: generated }
  const completion = {
    id: `cmpl-${callId(call)}`,
    created: createdSeconds(call),
    model: request.model,
    choices,
    tokens,
  }
  return request.stream === undefined
    ? answered(call, tokens, jsonBody(textCompletionObject(completion), call.pretty), spoilable.text)
    : answeredInEvents(call, tokens, textStream(completion, request.stream), spoilable.text)
}

export const completions = endpointOf<CompletionRequest>({
  read: readCompletion,
  answer: answerCompletion,
  expected(request, seed, options) {
    const [prompt] = request.prompts
    if (prompt === undefined) return ''
    const { content } = goneOn(request, fingerprintOf(request, prompt, seed), 0, options)
    return request.echo ? prompt.text + content : content
  },
})
