import type { Message, Prompt } from '../../prompt.ts'
import { isError, type ProviderError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { countTokens } from '../../tokens.ts'
import { invalidArgument } from '../errors.ts'
import { numberIn, recordIn, textIn, textsIn } from '../proto/narrow.ts'
import { isThirdGeneration } from '../traits.ts'
import { configError } from './config.ts'
import { readContents, readSystemInstruction } from './contents.ts'
import { type Functions, readFunctions } from './functions.ts'
import { readThinking, type Thinking } from './thinking.ts'

/** What the model needs to see of a request; everything else was only checked. */
export interface ContentRequest extends Prompt {
  readonly tokens: number
  readonly functions: Functions
  readonly thinking: Thinking
  readonly outputTokensMax: number | undefined
  readonly candidates: number
  readonly stops: readonly string[]
  readonly form: Form
}

/** `schema` where what it says is to fit one. */
export interface Form {
  readonly kind: 'text' | 'json' | 'enum'
  readonly schema?: unknown
}

/** A picture in low detail, and so every other medium here. */
const tokensOfMedium = 258

export const readContentRequest = (
  body: Body,
  model: string,
  at = 'GenerateContentRequest',
): ContentRequest | ProviderError => {
  const config = recordIn(body.generationConfig)
  const wrong = configError(config, at) ?? cachedContentError(body)
  if (wrong) return wrong
  const messages = readMessages(body, model, at)
  if (isError(messages)) return messages
  const functions = readFunctions(body, at)
  if (isError(functions)) return functions
  const thinking = readThinking(recordIn(config.thinkingConfig), model)
  if (isError(thinking)) return thinking
  const form = formOf(config)
  if (form.kind !== 'text' && functions.declared.length > 0 && !isThirdGeneration(model)) {
    return invalidArgument(
      `Function calling with a response mime type: '${textIn(config.responseMimeType)}' is unsupported`,
    )
  }
  const prompt = { model, messages, attached: attachedTo(body, form) }
  return {
    ...prompt,
    tokens: tokensOf(prompt),
    functions,
    thinking,
    outputTokensMax: numberIn(config.maxOutputTokens),
    candidates: numberIn(config.candidateCount) ?? 1,
    stops: textsIn(config.stopSequences).filter((stop) => stop !== ''),
    form,
  }
}

const readMessages = (body: Body, model: string, at: string): readonly Message[] | ProviderError => {
  const contents = readContents(body.contents, { at, wantsSignatures: isThirdGeneration(model) })
  if (isError(contents) || body.systemInstruction === undefined) return contents
  const system = readSystemInstruction(recordIn(body.systemInstruction), at)
  return isError(system) ? system : [...system, ...contents]
}

/** This double keeps none. */
const cachedContentError = ({ cachedContent }: Body): ProviderError | undefined =>
  cachedContent === undefined
    ? undefined
    : {
        status: 403,
        type: 'PERMISSION_DENIED',
        message: 'CachedContent not found (or permission denied)',
      }

const formOf = ({ responseMimeType, responseSchema, responseJsonSchema }: Body): Form => {
  const schema = responseSchema ?? responseJsonSchema
  if (responseMimeType === 'text/x.enum') return { kind: 'enum', schema }
  return responseMimeType === 'application/json' ? { kind: 'json', schema } : { kind: 'text' }
}

const attachedTo = ({ tools }: Body, { schema }: Form): string =>
  [tools, schema].map((part) => (part === undefined ? '' : JSON.stringify(part))).join('')

/** Nothing is counted around messages, as far as anybody can tell. */
const tokensOf = ({ messages, attached }: Prompt): number =>
  messages.reduce(
    (sum, { text, images }) => sum + countTokens(text) + images * tokensOfMedium,
    Math.max(1, countTokens(attached)),
  )
