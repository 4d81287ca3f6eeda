import { type Answered, answered, type Call } from '../../call.ts'
import { Hasher } from '../../digest.ts'
import { jsonBody } from '../../json-body.ts'
import type { ProviderError } from '../../provider-error.ts'
import { base64Of, vectorOf } from '../../vector.ts'
import { endpointOf } from '../endpoint-of.ts'
import { invalidRequest, textTooLong } from '../errors.ts'
import { tooFast, tooMany } from '../limits.ts'
import { spoilable } from '../spoilable.ts'
import { embeddingsObject } from './object.ts'
import { type EmbeddingsRequest, readEmbeddings } from './request.ts'

/** All inputs of a request together. */
const requestTokensMax = 300_000

const dimensionsDefault = 1_536

/** The models whose vectors have a length of their own, or one that nobody may choose. */
const known: ReadonlyMap<string, { dimensions: number; fixed: boolean }> = new Map([
  ['text-embedding-3-large', { dimensions: 3_072, fixed: false }],
  ['text-embedding-3-small', { dimensions: 1_536, fixed: false }],
  ['text-embedding-ada-002', { dimensions: 1_536, fixed: true }],
])

const dimensionsOf = ({ model, dimensions }: EmbeddingsRequest): number =>
  dimensions ?? known.get(model)?.dimensions ?? dimensionsDefault

const wrongDimensions = ({ model, dimensions }: EmbeddingsRequest): ProviderError | undefined => {
  if (dimensions === undefined) return undefined
  const own = known.get(model)
  if (own?.fixed) return invalidRequest('This model does not support specifying dimensions.', null, null)
  const max = own?.dimensions ?? dimensionsDefault
  return dimensions <= max
    ? undefined
    : invalidRequest(
        `Invalid value for 'dimensions' = ${dimensions}. Must be less than or equal to ${max}.`,
        null,
        null,
      )
}

const tooManyTokens = (tokens: number): ProviderError => ({
  status: 400,
  type: 'max_tokens_per_request',
  code: 'max_tokens_per_request',
  param: null,
  message: `Requested ${tokens} tokens, max ${requestTokensMax} tokens per request`,
})

/** The same text has the same vector at any place of any list. */
const vectorsOf = (request: EmbeddingsRequest, seed: number): (string | number[])[] => {
  const dimensions = dimensionsOf(request)
  return request.inputs.map(({ text }) => {
    const vector = vectorOf(new Hasher(seed).text(request.model).text(text).digest(), dimensions)
    return request.base64 ? base64Of(vector) : vector
  })
}

const answerEmbeddings = (request: EmbeddingsRequest, call: Call): Answered | ProviderError => {
  const { contextTokens } = call.model
  const wrong = wrongDimensions(request)
  if (wrong) return wrong
  const tooLong = request.inputs.find(({ tokens }) => tokens > contextTokens)
  if (tooLong) return textTooLong(tooLong.tokens, 0, contextTokens)
  const prompt = request.inputs.reduce((sum, { tokens }) => sum + tokens, 0)
  if (prompt > requestTokensMax) return tooManyTokens(prompt)
  const refused = tooMany(call) ?? tooFast(call, prompt)
  if (refused) return refused

  const object = embeddingsObject(request.model, vectorsOf(request, call.seed), prompt)
  return answered(call, { prompt, cached: 0, completion: 0 }, jsonBody(object, call.pretty), spoilable.model)
}

export const embeddings = endpointOf<EmbeddingsRequest>({
  read: readEmbeddings,
  answer: answerEmbeddings,
  expected: (request, seed) => JSON.stringify(vectorsOf(request, seed)),
})
