import { clipped, firstUnknownKey, isObject, shown } from '../../intake/faults.ts'
import { ApiError } from '../errors.ts'

export const PURPOSES: readonly string[] = [
  'assistants',
  'batch',
  'fine-tune',
  'vision',
  'user_data',
  'evals',
]

const EXPIRES_SECONDS_MIN = 3_600
const EXPIRES_SECONDS_MAX = 2_592_000
const FILENAME_CHARACTERS_MAX = 255

export const readPurpose = (purpose: unknown): string => {
  if (purpose === undefined) throw missing('purpose')
  if (typeof purpose === 'string' && PURPOSES.includes(purpose)) return purpose
  const message = `'purpose' must be one of ${PURPOSES.join(', ')}, got ${shown(purpose)}.`
  throw new ApiError('invalid_value', message, { field: 'purpose' })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are refused
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/

/** The last part of a path: some clients send all of it. */
export const readFilename = (filename: unknown, purpose: string): string => {
  if (filename === undefined) throw missing('filename')
  const name = typeof filename === 'string' ? (filename.split(/[\\/]/).at(-1) ?? '') : ''
  if (name === '' || name.length > FILENAME_CHARACTERS_MAX || CONTROL_CHARACTERS.test(name)) {
    const message = `'filename' must be a name of 1 to ${FILENAME_CHARACTERS_MAX} characters, without control characters.`
    throw new ApiError('invalid_value', message, { field: 'filename' })
  }
  if (purpose === 'batch' && !name.endsWith('.jsonl')) {
    throw new ApiError('invalid_file_format', 'Invalid file format for Batch API. Must be .jsonl')
  }
  return name
}

/**
 * `{"anchor":"created_at","seconds":…}` of a JSON body as milliseconds after a file's creation; undefined where
 * nothing is said.
 */
export const readExpiresAfter = (value: unknown, field: string): number | undefined => {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw new ApiError('invalid_type', `'${field}' must be an object.`, { field })
  const unknown = firstUnknownKey(value, ['anchor', 'seconds'])
  if (unknown !== undefined) {
    const message = `Unknown parameter: '${field}.${clipped(unknown)}'. There are anchor and seconds.`
    throw new ApiError('unknown_field', message, { field: `${field}.${clipped(unknown)}` })
  }
  return millisecondsOf(value, field)
}

/** The same of a form, whose fields are texts. */
export const readExpiresAfterFields = (fields: ReadonlyMap<string, string>): number | undefined => {
  const [anchor, seconds] = EXPIRES_AFTER_FIELDS.map((name) => fields.get(name))
  if (anchor === undefined && seconds === undefined) return undefined
  const count = /^\d{1,9}$/.test(seconds ?? '') ? Number(seconds) : seconds
  return millisecondsOf({ anchor, seconds: count }, 'expires_after')
}

export const EXPIRES_AFTER_FIELDS: readonly string[] = ['expires_after[anchor]', 'expires_after[seconds]']

const millisecondsOf = (
  { anchor, seconds }: { readonly anchor?: unknown; readonly seconds?: unknown },
  field: string,
): number => {
  if (anchor !== 'created_at') {
    const message = `'${field}.anchor' must be "created_at", got ${shown(anchor)}.`
    throw new ApiError('invalid_value', message, { field: `${field}.anchor` })
  }
  const isWhole = typeof seconds === 'number' && Number.isInteger(seconds)
  if (isWhole && seconds >= EXPIRES_SECONDS_MIN && seconds <= EXPIRES_SECONDS_MAX) return seconds * 1_000
  const allowed = `a whole number from ${EXPIRES_SECONDS_MIN} to ${EXPIRES_SECONDS_MAX}`
  const message = `'${field}.seconds' must be ${allowed}, got ${shown(seconds)}.`
  throw new ApiError('invalid_value', message, { field: `${field}.seconds` })
}

const missing = (field: string): ApiError =>
  new ApiError('missing_field', `Missing required parameter: '${field}'.`, { field })
