import type { ErrorCode } from '../../errors.ts'

/** What a body of JSON can be refused with whose other members are passed on as they are. */
export const OPEN_BODY_ERRORS: readonly ErrorCode[] = [
  'invalid_json',
  'invalid_type',
  'invalid_value',
  'invalid_utf8',
  'lone_surrogate',
  'too_deep',
  'too_large',
  'duplicate_key',
  'missing_field',
  'unsupported_media_type',
  'unsupported_encoding',
]

/** What any other body of JSON can be refused with. */
export const JSON_BODY_ERRORS: readonly ErrorCode[] = [...OPEN_BODY_ERRORS, 'unknown_field']

/** What a body that is a form with a file can be refused with. */
export const FORM_ERRORS: readonly ErrorCode[] = [
  'invalid_value',
  'missing_field',
  'unknown_field',
  'unsupported_media_type',
  'unsupported_encoding',
  'file_too_large',
  'disk_full',
  'invalid_header',
]
