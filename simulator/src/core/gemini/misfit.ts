import type { Model } from '../models.ts'
import type { ProviderError } from '../provider-error.ts'
import { askedAt } from './address.ts'
import { unknownModel } from './errors.ts'
import { isEmbeddingModel, isOwn } from './traits.ts'

/** Other makers' models are not known here, and those for embeddings generate nothing. */
export const misfit = (path: string, model: Model): ProviderError | undefined => {
  const method = askedAt(path)?.method ?? ''
  const embeds = /embed/i.test(method)
  const fits = isOwn(model) && (method === 'countTokens' || embeds === isEmbeddingModel(model.name))
  return fits ? undefined : unknownModel(model.name, method)
}
