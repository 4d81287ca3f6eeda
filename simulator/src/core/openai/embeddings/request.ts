import { isError, type ProviderError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { fieldsOf, missing, oneOf, within } from '../request-fields.ts'
import { invalid, readTexts, type Text } from '../texts.ts'

export interface EmbeddingsRequest {
  readonly model: string
  readonly inputs: readonly Text[]
  readonly dimensions: number | undefined
  readonly base64: boolean
}

const inputsMax = 2_048

const fieldError = fieldsOf('model input user metadata', {
  dimensions: within('integer', 1, Number.MAX_SAFE_INTEGER),
  encoding_format: oneOf('float', 'base64'),
})

export const readEmbeddings = (body: Body, model: string): EmbeddingsRequest | ProviderError => {
  const error = fieldError(body)
  if (error) return error
  if (body.input === undefined) return missing('input')
  const inputs = readTexts(body.input, 'input')
  if (isError(inputs)) return inputs
  if (inputs.length > inputsMax || inputs.some(({ text }) => text === '')) return invalid('input')
  return {
    model,
    inputs,
    dimensions: typeof body.dimensions === 'number' ? body.dimensions : undefined,
    base64: body.encoding_format === 'base64',
  }
}
