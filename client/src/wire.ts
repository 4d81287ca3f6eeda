import { SheepfoldError } from './error.ts'

/** The wire is `unknown` until one of these has looked at it. */

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

export const unexpected = (what: string, body: unknown) =>
  new SheepfoldError({
    status: 200,
    code: 'unexpected_answer',
    message: `The server's answer ${what}.`,
    body,
  })

export const fieldsOf = (body: unknown): Fields => {
  if (!isFields(body)) throw unexpected('is not a JSON object', body)
  return body
}
