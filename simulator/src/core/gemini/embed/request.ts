import { isError, type ProviderError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { countTokens } from '../../tokens.ts'
import { readContents } from '../content/contents.ts'
import { invalidArgument } from '../errors.ts'
import { numberIn, recordIn, recordsIn, textIn } from '../proto/narrow.ts'

export interface EmbedRequest {
  readonly model: string
  readonly inputs: readonly Input[]
}

interface Input {
  readonly text: string
  readonly tokens: number
  readonly dimensions: number | undefined
}

const requestsMax = 100
const dimensionsMax = 3_072

export const readEmbedRequest = (body: Body, model: string): EmbedRequest | ProviderError => {
  const input = readInput(body, 'EmbedContentRequest')
  return isError(input) ? input : { model, inputs: [input] }
}

/** Each names the model once more, and all of them the same. */
export const readEmbedRequests = ({ requests }: Body, model: string): EmbedRequest | ProviderError => {
  const list = recordsIn(requests)
  const at = 'BatchEmbedContentsRequest.requests'
  if (list.length === 0) return invalidArgument(`* ${at}: requests is not specified\n`)
  if (list.length > requestsMax) {
    return invalidArgument(`* ${at}: at most ${requestsMax} requests can be in one batch\n`)
  }
  const inputs: Input[] = []
  for (const [index, request] of list.entries()) {
    const where = `${at}[${index}]`
    if (textIn(request.model) !== `models/${model}`) return wrongModel(where, textIn(request.model), model)
    const input = readInput(request, where)
    if (isError(input)) return input
    inputs.push(input)
  }
  return { model, inputs }
}

const wrongModel = (at: string, given: string, model: string): ProviderError =>
  invalidArgument(
    given === ''
      ? `* ${at}.model: model is not specified\n`
      : `* ${at}.model: Model '${given}' in embed content request does not match model 'models/${model}' in batch embed content request.\n`,
  )

const readInput = ({ content, outputDimensionality }: Body, at: string): Input | ProviderError => {
  const dimensions = numberIn(outputDimensionality)
  if (dimensions !== undefined && (dimensions < 1 || dimensions > dimensionsMax)) {
    return invalidArgument(
      `* ${at}.output_dimensionality: outputDimensionality must be in the range [1, ${dimensionsMax}].\n`,
    )
  }
  const messages = readContents([recordIn(content)], { at })
  if (isError(messages)) return messages
  const text = messages.map((message) => message.text).join('\n')
  return { text, tokens: countTokens(text), dimensions }
}
