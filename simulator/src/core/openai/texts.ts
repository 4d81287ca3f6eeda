import type { ProviderError } from '../provider-error.ts'
import { countTokens, textOfTokens } from '../tokens.ts'
import { invalidRequest } from './errors.ts'

/** One text that came as such, or as the tokens that it is made of. */
export interface Text {
  readonly text: string
  readonly tokens: number
}

/**
 * The four forms of `input` and `prompt`: a text, texts, tokens, lists of tokens. What fits none of them is
 * answered in one and the same way, whatever is wrong with it.
 */
export const readTexts = (value: unknown, param: string): readonly Text[] | ProviderError => {
  if (typeof value === 'string') return [asText(value)]
  if (!Array.isArray(value) || value.length === 0) return invalid(param)
  const texts = typeof value[0] === 'number' ? [asTokens(value)] : value.map(textOrTokens)
  const whole = texts.filter((text) => text !== undefined)
  return whole.length === texts.length ? whole : invalid(param)
}

const textOrTokens = (value: unknown): Text | undefined =>
  typeof value === 'string' ? asText(value) : asTokens(value)

const asText = (text: string): Text => ({ text, tokens: countTokens(text) })

const asTokens = (value: unknown): Text | undefined => {
  if (!Array.isArray(value) || value.length === 0 || !value.every(Number.isInteger)) return undefined
  const text = textOfTokens(value)
  return text === undefined ? undefined : { text, tokens: value.length }
}

/** OpenAI's own words: it does not say which part of it is wrong, and names the parameter in the text alone. */
export const invalid = (param: string): ProviderError =>
  invalidRequest(
    `'$.${param}' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.`,
    null,
    null,
  )
