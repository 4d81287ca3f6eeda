import type { ComposeBody } from '../../batch/dialect.ts'
import { isObject } from '../faults.ts'
import { optionBit, withAliases } from './options.ts'

/**
 * What all requests of a batch share. A request's body is head + fragment + tail:
 *
 *   {"model":"gpt-4.1","messages":[<shared system messages>,
 *                                 <own system message>,<user message>],"temperature":0   ← the fragment
 *                                                                          ,"seed":7}
 *
 * `model`, `system` and `options` may come after the requests in a client's document, so what is stored
 * for each request is the fragment alone; and since a tail leaves out what the fragment has itself, no key
 * is ever there twice.
 */
export interface NativeTemplate {
  /** JSON objects joined by commas, or empty. */
  readonly systemMessages: string
  /** Common options: the preset's, and the batch's over them. */
  readonly options: Readonly<Record<string, unknown>>
}

export const systemMessage = (text: string): string => JSON.stringify({ role: 'system', content: text })

export const encodeTemplate = (template: NativeTemplate): string => JSON.stringify(template)

/** Reads what `encodeTemplate` wrote; anything else is a broken invariant of the store. */
const decodeTemplate = (text: string): NativeTemplate => {
  const value: unknown = JSON.parse(text)
  if (!isObject(value) || typeof value.systemMessages !== 'string' || !isObject(value.options)) {
    throw new Error('the template of a native batch is damaged')
  }
  return { systemMessages: value.systemMessages, options: value.options }
}

/**
 * Composes bodies of one batch. Heads by model and tails by mask are made once: a batch has few of either,
 * and this runs ten thousand times a second.
 */
export const nativeComposer = (text: string): ComposeBody => {
  const template = decodeTemplate(text)
  const heads = new Map<string, Buffer>()
  const tails = new Map<number, Buffer>()
  return (fragment, ownOptions, providerModel) => {
    let head = heads.get(providerModel)
    if (head === undefined) {
      head = Buffer.from(headOf(template, providerModel))
      heads.set(providerModel, head)
    }
    let tail = tails.get(ownOptions)
    if (tail === undefined) {
      tail = Buffer.from(tailOf(template, ownOptions))
      // A hostile batch may give every request another set of options.
      if (tails.size < TAILS_KEPT) tails.set(ownOptions, tail)
    }
    return joined(head, fragment, tail)
  }
}

const TAILS_KEPT = 256

/** `Buffer.concat` of three, without its list and its checks. */
const joined = (head: Buffer, fragment: Buffer, tail: Buffer): Buffer => {
  const whole = Buffer.allocUnsafe(head.length + fragment.length + tail.length)
  whole.set(head)
  whole.set(fragment, head.length)
  whole.set(tail, head.length + fragment.length)
  return whole
}

const headOf = (template: NativeTemplate, providerModel: string): string => {
  const shared = template.systemMessages === '' ? '' : `${template.systemMessages},`
  return `{"model":${JSON.stringify(providerModel)},"messages":[${shared}`
}

const tailOf = (template: NativeTemplate, ownOptions: number): string => {
  const own = withAliases(ownOptions)
  const common = Object.entries(template.options).filter(([name]) => (optionBit(name) & own) === 0)
  return `${common.map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`).join('')}}`
}
