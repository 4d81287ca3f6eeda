import { type Answered, answered, type Call } from '../../call.ts'
import { Hasher } from '../../digest.ts'
import { jsonBody } from '../../json-body.ts'
import type { ProviderError } from '../../provider-error.ts'
import { vectorOf } from '../../vector.ts'
import type { MethodParts } from '../endpoint-of.ts'
import { inputTooLong } from '../errors.ts'
import { tooFast, tooMany } from '../limits.ts'
import { batchEmbedContentsRequest, embedContentRequest } from '../messages.ts'
import { type EmbedRequest, readEmbedRequest, readEmbedRequests } from './request.ts'

const dimensionsDefault = 3_072

/** One content. */
export const embedContent: MethodParts<EmbedRequest> = {
  message: embedContentRequest,
  read: readEmbedRequest,
  answer: (request, call) => answerEmbeddings(request, call, ([values]) => ({ embedding: { values } })),
  expected: (request, seed) => JSON.stringify(vectorsOf(request, seed)),
}

/** A list of them. */
export const batchEmbedContents: MethodParts<EmbedRequest> = {
  message: batchEmbedContentsRequest,
  read: readEmbedRequests,
  answer: (request, call) =>
    answerEmbeddings(request, call, (vectors) => ({ embeddings: vectors.map((values) => ({ values })) })),
  expected: (request, seed) => JSON.stringify(vectorsOf(request, seed)),
}

const answerEmbeddings = (
  request: EmbedRequest,
  call: Call,
  objectOf: (vectors: readonly number[][]) => object,
): Answered | ProviderError => {
  const { contextTokens } = call.model
  const tooLong = request.inputs.find(({ tokens }) => tokens > contextTokens)
  if (tooLong) return inputTooLong(tooLong.tokens, contextTokens)
  const prompt = request.inputs.reduce((sum, { tokens }) => sum + tokens, 0)
  const refused = tooMany(call) ?? tooFast(call, prompt)
  if (refused) return refused
  const usageMetadata = {
    promptTokenCount: prompt,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
  }
  const object = { ...objectOf(vectorsOf(request, call.seed)), usageMetadata }
  return answered(call, { prompt, cached: 0, completion: 0 }, jsonBody(object, call.pretty), {
    text: 'modality',
    usage: 'usageMetadata',
  })
}

/** The same text has the same vector at any place of any list. */
const vectorsOf = ({ model, inputs }: EmbedRequest, seed: number): number[][] =>
  inputs.map(({ text, dimensions = dimensionsDefault }) =>
    vectorOf(new Hasher(seed).text(model).text(text).digest(), dimensions),
  )
