import type { Look } from '../maker.ts'
import type { Model } from '../models.ts'
import { invalidArgument, notFound } from './errors.ts'
import { isEmbeddingModel, isOwn, thinksByDefault } from './traits.ts'

const pageSizeDefault = 50
const pageSizeMax = 1_000

/** Page after page; a token is the place where the next one begins. */
export const modelPage = (pageSize: string | undefined, pageToken: string | undefined): Look => ({
  see(models) {
    const size = Number(pageSize ?? pageSizeDefault)
    const begin = Number(pageToken ?? 0)
    if (!Number.isInteger(size) || size < 0) return invalidArgument('page_size must be non-negative')
    if (!Number.isInteger(begin) || begin < 0) return invalidArgument('page_token is invalid')
    const all = Array.from(models.all()).filter(isOwn)
    const end = begin + Math.min(size || pageSizeDefault, pageSizeMax)
    const nextPageToken = end < all.length ? String(end) : undefined
    return { json: { models: all.slice(begin, end).map(modelObject), nextPageToken } }
  },
})

export const modelNamed = (name: string): Look => ({
  see(models) {
    const model = models.get(name)
    return model === undefined || !isOwn(model)
      ? notFound(`Model is not found: models/${name} for api version v1beta`)
      : { json: modelObject(model) }
  },
})

const outputTokensMax = 65_536

const modelObject = ({ name, contextTokens }: Model) => ({
  name: `models/${name}`,
  version: '001',
  displayName: name,
  description: `A double of ${name}.`,
  inputTokenLimit: contextTokens,
  ...(isEmbeddingModel(name)
    ? { outputTokenLimit: 1, supportedGenerationMethods: ['embedContent', 'countTokens'] }
    : {
        outputTokenLimit: outputTokensMax,
        supportedGenerationMethods: ['generateContent', 'countTokens'],
        temperature: 1,
        maxTemperature: 2,
        topP: 0.95,
        topK: 64,
        thinking: thinksByDefault(name) || undefined,
      }),
})
