import { isError, type ProviderError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { invalidRequest } from '../errors.ts'
import { fieldsOf, numberOr, within } from '../request-fields.ts'
import { idleOptions, type StreamWish, streamFields, streamWish } from '../stream-wish.ts'
import { readTexts, type Text } from '../texts.ts'

/** A request of the endpoint that came before chat: texts that are to be gone on with. */
export interface CompletionRequest {
  readonly model: string
  readonly prompts: readonly Text[]
  readonly answerTokensMax: number
  /** Choices for each prompt. */
  readonly choices: number
  /** Each choice begins with its prompt. */
  readonly echo: boolean
  readonly stream: StreamWish | undefined
}

const answerTokensMaxDefault = 16

/** What a request without a prompt goes on from: the model sees the beginning of a new document. */
const newDocument: Text = { text: '<|endoftext|>', tokens: 1 }

const fieldError = fieldsOf('model prompt echo logit_bias stop suffix user metadata', {
  best_of: within('integer', 1, 20),
  frequency_penalty: within('decimal', -2, 2),
  logprobs: within('integer', 0, 5),
  max_tokens: within('integer', 0, Number.MAX_SAFE_INTEGER),
  n: within('integer', 1, 128),
  presence_penalty: within('decimal', -2, 2),
  seed: within('integer', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  ...streamFields('include_usage', 'include_obfuscation'),
  temperature: within('decimal', 0, 2),
  top_p: within('decimal', 0, 1),
})

const tooFewTried = (n: number, bestOf: number): ProviderError =>
  invalidRequest(
    `You requested that the server return more choices than it will generate (HINT: You must set 'n' (currently ${n}) to be at most 'best_of' (currently ${bestOf}), or omit either parameter if you don't specifically want to use them.)`,
    'best_of',
    null,
  )

export const readCompletion = (body: Body, model: string): CompletionRequest | ProviderError => {
  const error = fieldError(body) ?? idleOptions(body)
  if (error) return error
  const prompts = readTexts(body.prompt ?? '', 'prompt')
  if (isError(prompts)) return prompts
  const choices = numberOr(body.n, 1)
  const bestOf = numberOr(body.best_of, choices)
  if (choices > bestOf) return tooFewTried(choices, bestOf)
  return {
    model,
    prompts: prompts.map((prompt) => (prompt.text === '' ? newDocument : prompt)),
    answerTokensMax: numberOr(body.max_tokens, answerTokensMaxDefault),
    choices,
    echo: body.echo === true,
    stream: streamWish(body),
  }
}
