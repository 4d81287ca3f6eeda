import { anthropicTypeOf } from '../batch/anthropic-error-type.ts'
import type { CallerDialect } from './dialect-of.ts'
import type { ApiError, ErrorCode } from './errors.ts'

type ErrorBody = Readonly<Record<string, unknown>>

/** An error in the words of whoever called; the id is that of the request. */
export const errorBody = (error: ApiError, dialect: CallerDialect, requestId: string): ErrorBody => {
  switch (dialect) {
    case 'native':
      return nativeBody(error)
    case 'openai':
      return openaiBody(error)
    case 'anthropic':
      return anthropicBody(error, requestId)
  }
}

const nativeBody = ({ code, message, details }: ApiError): ErrorBody => ({
  error: code,
  ...(message === '' ? {} : { message }),
  ...details,
})

const openaiBody = ({ code, message, status, details }: ApiError): ErrorBody => ({
  error: {
    message: message === '' ? code : message,
    type: typeof details.type === 'string' ? details.type : typeOf(status),
    param: typeof details.field === 'string' && details.field !== '' ? details.field : null,
    code: Object.hasOwn(OPENAI_CODES, code) ? (OPENAI_CODES[code] ?? null) : code,
  },
})

const anthropicBody = ({ code, message, status, details }: ApiError, requestId: string): ErrorBody =>
  anthropicEnvelope({
    type: anthropicTypeOf(status),
    message: message === '' ? code : message,
    details: { error_code: code, ...details },
    requestId,
  })

/** What every error of Anthropic's API looks like. */
export const anthropicEnvelope = (error: {
  readonly type: string
  readonly message: string
  readonly details?: ErrorBody
  readonly requestId: string
}): ErrorBody => {
  const { requestId, ...rest } = error
  return { type: 'error', error: rest, request_id: requestId }
}

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
