import { isUtf8 } from 'node:buffer'
import { inspectJson } from './inspect.ts'

/** One complete JSON value: what it says, or why it is refused. Offsets count from its first byte. */
export type StrictValue =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'syntax'; readonly offset: number; readonly message: string }
  | {
      readonly kind: 'refused'
      readonly code: 'too_deep' | 'invalid_utf8' | 'duplicate_key' | 'lone_surrogate'
      readonly message: string
      /** Where in the value, such as `options.stop`; empty where it is the value as a whole. */
      readonly path: string
    }

export interface Scanned {
  /** Colons outside of strings: the members that the value's objects were written with. */
  readonly keys: number
  readonly depth: number
}

/**
 * `JSON.parse`, and what it lets pass: duplicate keys (it keeps the last in silence; two readers may take
 * the text for two things), bytes that are not UTF-8, and escapes such as `\ud800` that no UTF-8 can carry.
 * Duplicates cost a count here, since a text has more colons than its value has keys; they are looked for
 * only where the two differ.
 */
export const parseStrict = (bytes: Buffer, scanned: Scanned, depthMax: number): StrictValue => {
  if (scanned.depth > depthMax) {
    const message = `nested ${scanned.depth} levels deep; at most ${depthMax} are taken`
    return { kind: 'refused', code: 'too_deep', message, path: '' }
  }
  if (!isUtf8(bytes)) {
    const message = 'the bytes are not valid UTF-8'
    return { kind: 'refused', code: 'invalid_utf8', message, path: '' }
  }
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return syntaxFault(bytes)
  }
  if (countKeys(value) !== scanned.keys) return duplicateFault(bytes)
  return surrogateFault(text, value) ?? { kind: 'value', value }
}

/** What is wrong with a text that `JSON.parse` read, in words; undefined where nothing is. */
export const firstProblemOf = (
  bytes: Buffer,
  text: string,
  value: unknown,
  keys: number,
): string | undefined => {
  const refused = countKeys(value) === keys ? surrogateFault(text, value) : duplicateFault(bytes)
  return refused?.kind === 'refused' ? refused.message : undefined
}

const surrogateFault = (text: string, value: unknown): StrictValue | undefined => {
  // The plain search is many times as fast as the expression, and most texts end with it.
  if (!text.includes('\\u') || !SURROGATE_ESCAPE.test(text) || isWellFormed(value)) return undefined
  const message = 'an escape such as \\ud800 stands without its other half and cannot be sent'
  return { kind: 'refused', code: 'lone_surrogate', message, path: '' }
}

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/

const syntaxFault = (bytes: Buffer): StrictValue => {
  const found = inspectJson(bytes)
  // A duplicate key may stand before the error that JSON.parse saw; the text is no JSON all the same.
  return found?.kind === 'syntax'
    ? found
    : { kind: 'syntax', offset: found?.offset ?? 0, message: 'this is not JSON' }
}

const duplicateFault = (bytes: Buffer): StrictValue => {
  const found = inspectJson(bytes)
  if (found?.kind !== 'duplicate_key') throw new Error('keys were miscounted: no duplicate is to be found')
  const message = `the key "${found.path}" is given twice`
  return { kind: 'refused', code: 'duplicate_key', message, path: found.path }
}

/** The members of a value's objects, at any depth. */
export const countKeys = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const element of value) count += countKeys(element)
    return count
  }
  const members = value as Readonly<Record<string, unknown>>
  // No list of keys or values is made: this runs for every request that comes in. What `JSON.parse` made has
  // no members but its own.
  for (const key in members) {
    const member = members[key]
    count += typeof member === 'object' && member !== null ? 1 + countKeys(member) : 1
  }
  return count
}

const isWellFormed = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isWellFormed)
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isWellFormed(member))
}
