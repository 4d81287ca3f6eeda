import type { CallerDialect } from './dialect-of.ts'
import type { ApiError, ErrorCode } from './errors.ts'

/** An error in the words of whoever called. */
export const errorBody = (error: ApiError, dialect: CallerDialect): Readonly<Record<string, unknown>> =>
  dialect === 'openai' ? openaiBody(error) : nativeBody(error)

const nativeBody = ({ code, message, details }: ApiError): Readonly<Record<string, unknown>> => ({
  error: code,
  ...(message === '' ? {} : { message }),
  ...details,
})

const openaiBody = ({ code, message, status, details }: ApiError): Readonly<Record<string, unknown>> => ({
  error: {
    message: message === '' ? code : message,
    type: typeof details.type === 'string' ? details.type : typeOf(status),
    param: typeof details.field === 'string' && details.field !== '' ? details.field : null,
    code: Object.hasOwn(OPENAI_CODES, code) ? (OPENAI_CODES[code] ?? null) : code,
  },
})

const typeOf = (status: number): string => (status >= 500 ? 'server_error' : 'invalid_request_error')

/** Where OpenAI has a word of its own; null where it has none. */
const OPENAI_CODES: Partial<Record<ErrorCode, string | null>> = {
  unauthorized: 'invalid_api_key',
  not_found: null,
  file_not_found: null,
  file_too_large: null,
  invalid_file_format: null,
  unknown_model: 'model_not_found',
  missing_field: 'missing_required_parameter',
  unknown_field: 'unknown_parameter',
  unknown_path: 'unknown_url',
}
