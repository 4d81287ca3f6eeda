import { type Problem, shown } from '../faults.ts'

/** A place where an item may name itself, and what stands there. */
export type IdPlace = readonly [field: string, value: unknown]

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are refused
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/

export type CustomIdReading =
  | { readonly kind: 'id'; readonly id: string | undefined }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** The one custom_id that an item gives, or none. Null counts as not given; two different ones are refused. */
export const readCustomId = (places: readonly IdPlace[], charactersMax: number): CustomIdReading => {
  let id: string | undefined
  let firstField = ''
  for (const [field, value] of places) {
    if (value == null) continue
    const problem = idProblem(field, value, charactersMax)
    if (problem) return { kind: 'problem', problem }
    if (id !== undefined && id !== value) {
      const message = `"${firstField}" and "${field}" differ; give the request one id`
      return { kind: 'problem', problem: { code: 'conflicting_fields', message, field } }
    }
    id = String(value)
    firstField = field
  }
  return { kind: 'id', id }
}

const idProblem = (field: string, value: unknown, charactersMax: number): Problem | undefined => {
  if (typeof value !== 'string') {
    const hint = typeof value === 'number' ? `; write it as "${value}"` : ''
    return { code: 'invalid_type', message: `"${field}" must be a string, got ${shown(value)}${hint}`, field }
  }
  if (value === '' || value.length > charactersMax) {
    const message = `"${field}" must have 1 to ${charactersMax} characters, got ${value.length}`
    return { code: 'invalid_value', message, field }
  }
  if (!CONTROL_CHARACTERS.test(value)) return undefined
  return { code: 'invalid_value', message: `"${field}" must not contain control characters`, field }
}

/**
 * The custom_id of a request that gives none: its index, so that ids are the same at every look and sort as
 * the requests do. `taken` counts up while another request has it already.
 */
export const generatedId = (index: number, taken: number): string => {
  const id = `request-${String(index).padStart(7, '0')}`
  return taken === 0 ? id : `${id}-${taken}`
}
