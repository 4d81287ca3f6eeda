import { jsonBody } from '../json-body.ts'
import type { ProviderError } from '../provider-error.ts'

const TYPES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  422: 'UnprocessableEntityError',
  429: 'RateLimitError',
  500: 'InternalServerError',
  503: 'ServiceUnavailableError',
}

/** Paths that the web framework answers for, and not vLLM. */
const FRAMEWORK_CODES: ReadonlySet<unknown> = new Set(['unknown_url', 'method_not_supported'])

/** Three forms, as whoever refuses has them: the guard of the key, the framework, and vLLM with the status for a code. */
export const errorBody = ({ status, message, code, param = null }: ProviderError): Buffer => {
  if (status === 401) return jsonBody({ error: 'Unauthorized' }, false)
  if (FRAMEWORK_CODES.has(code)) {
    return jsonBody({ detail: status === 405 ? 'Method Not Allowed' : 'Not Found' }, false)
  }
  const type = TYPES[status] ?? 'InternalServerError'
  return jsonBody({ error: { message, type, param, code: status } }, false)
}
