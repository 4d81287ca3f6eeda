import { isRecord, type JsonObject } from '../answers/json.ts'
import { bad, type Reading } from '../answers/reading.ts'

/** What an error body says, in whichever of the forms in the field it says it. */
export interface ProviderError {
  readonly code: string | undefined
  readonly type: string | undefined
  readonly message: string | undefined
}

/**
 * `{"error":{…}}` (OpenAI and most), the same fields at the top (older vLLM), `{"error":"…"}`, or
 * `{"detail":"…" or [{"msg":"…"}]}` (FastAPI). `code` may be a string, a number or null.
 */
export const readErrorBody = (text: string): ProviderError => {
  const json = parse(text)
  if (!isRecord(json)) return { code: undefined, type: undefined, message: undefined }
  const error = isRecord(json.error) ? json.error : json
  return {
    code: asText(error.code),
    type: asText(error.type),
    message: asText(error.message) ?? asText(json.error) ?? asText(json.message) ?? detail(json.detail),
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const asText = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

const detail = (value: unknown): string | undefined => {
  if (!Array.isArray(value)) return asText(value)
  const parts = value.map((each) => (isRecord(each) ? asText(each.msg) : asText(each)))
  const texts = parts.filter((part) => part !== undefined)
  return texts.length > 0 ? texts.join('; ') : undefined
}

/** Some servers put their error into a 200; what they say is kept. */
export const withoutAnswer = (json: JsonObject, text: string, code: string, message: string): Reading => {
  if (json.error === undefined || json.error === null) return bad(code, message)
  const error = readErrorBody(text)
  return bad(error.code ?? 'error_in_answer', error.message ?? 'the answer holds nothing but an error')
}
