import { clipped, isObject, type Problem, shown } from '../faults.ts'
import type { LineScanner } from '../file/line-scanner.ts'
import { brokenRule } from './params.ts'

/** One element of `requests` that becomes a request of a batch. */
export interface ItemRequest {
  readonly kind: 'request'
  readonly customId: string
  readonly model: string
  /** Undefined where it is no count: then the request fails. */
  readonly maxTokens: number | undefined
  /** A rule that it breaks: it is in the batch, and fails there. 0: none. */
  readonly brokenRule: number
  readonly params: Readonly<Record<string, unknown>>
}

export type CheckedItem = ItemRequest | { readonly kind: 'problem'; readonly problem: Problem }

const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are refused
const MODEL_NAME = /^[^\u0000-\u001f\u007f]{1,256}$/

/** Checks an element whose members the scanner has found. Only what makes no batch is a problem here. */
export const checkItem = (item: unknown, scanned: LineScanner, version: string | undefined): CheckedItem => {
  if (!isObject(item)) {
    return bad(
      'invalid_type',
      `must be an object such as {"custom_id":"…","params":{…}}, got ${shown(item)}`,
      '',
    )
  }
  const { custom_id: customId, params } = item
  const unknown = unknownMember(item)
  if (unknown !== undefined) {
    return bad('unknown_field', 'is not a member of a request; there are custom_id, params', clipped(unknown))
  }
  if (typeof customId !== 'string' || !CUSTOM_ID.test(customId)) return badCustomId(customId)
  if (!isObject(params)) return notGiven(params, 'an object, as a call of /v1/messages has it', 'params')
  const { model, max_tokens: max } = params
  if (typeof model !== 'string' || !MODEL_NAME.test(model)) {
    return notGiven(model, 'the name of a model', 'params.model')
  }
  // A key that is spelt with escapes is found by the parser and not by the scanner.
  if (scanned.idStart < 0 || scanned.bodyStart < 0 || scanned.modelStart < 0) {
    return bad(
      'invalid_value',
      'the keys "custom_id", "params" and "model" must be written without escapes',
      '',
    )
  }
  const maxTokens = typeof max === 'number' && max >= 1 && max <= TOKENS_MAX ? max : undefined
  return { kind: 'request', customId, model, maxTokens, brokenRule: brokenRule(params, version), params }
}

/** More than any model gives; money is set aside for no more. */
const TOKENS_MAX = 1_000_000_000

/** A loop and no list of keys: this runs for every request. */
const unknownMember = (item: Readonly<Record<string, unknown>>): string | undefined => {
  for (const key in item) if (key !== 'custom_id' && key !== 'params') return key
  return undefined
}

const badCustomId = (id: unknown): CheckedItem =>
  notGiven(id, 'a text of 1 to 64 of the characters a-z A-Z 0-9 _ -', 'custom_id')

const notGiven = (value: unknown, is: string, field: string): CheckedItem => {
  if (value === undefined) return bad('missing_field', `is missing: it must be ${is}`, field)
  const isOfType = field === 'params' || typeof value !== 'string'
  return bad(isOfType ? 'invalid_type' : 'invalid_value', `must be ${is}, got ${shown(value)}`, field)
}

const bad = (code: Problem['code'], message: string, field: string): CheckedItem => ({
  kind: 'problem',
  problem: { code, message, field },
})
