import { isObject } from '../faults.ts'

/** Headers of the caller that go with each request of its batch, by lower-case name. */
export type SharedHeaders = Readonly<Record<string, string>>

/** What all requests of a batch share beside the document that holds them. */
export const encodeTemplate = (headers: SharedHeaders): string => JSON.stringify({ headers })

/** Reads what `encodeTemplate` wrote; anything else is a broken invariant of the store. */
export const sharedHeaders = (template: string): SharedHeaders => {
  const value: unknown = JSON.parse(template)
  if (!isObject(value) || !isObject(value.headers)) throw new Error('the template of a batch is damaged')
  const entries = Object.entries(value.headers)
  return Object.fromEntries(entries.map(([name, text]) => [name, String(text)]))
}
