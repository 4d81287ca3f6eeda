import { isRecord } from './json.ts'

/** What an error body says, in whichever of the forms in the field it says it. */
export interface ProviderError {
  readonly code: string | undefined
  readonly type: string | undefined
  readonly message: string | undefined
}

/** Longer bodies are cut: a proxy's page of HTML may be megabytes. */
const ERROR_BODY_BYTES_MAX = 64 * 1024

/** As it came, so that nothing the provider said is lost; bytes that are no UTF-8 become U+FFFD. */
export const errorText = (body: Buffer): string => {
  if (body.length <= ERROR_BODY_BYTES_MAX) return body.toString('utf8')
  let end = ERROR_BODY_BYTES_MAX
  // Not in the middle of a character: its later bytes begin with the bits 10.
  while (end > 0 && ((body[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return body.toString('utf8', 0, end)
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
