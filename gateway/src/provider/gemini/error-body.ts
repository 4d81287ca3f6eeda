import { isRecord, type JsonObject, textOr } from '../answers/json.ts'

/** What Google's error body says. */
export interface GoogleError {
  /** The HTTP status that the body names. */
  readonly code: number | undefined
  /** The word for it: `RESOURCE_EXHAUSTED`. */
  readonly status: string | undefined
  readonly message: string | undefined
  /** Of `ErrorInfo`: `API_KEY_INVALID`. */
  readonly reason: string | undefined
  /** Of `RetryInfo`. */
  readonly retryDelayMs: number | undefined
}

const NOTHING: GoogleError = {
  code: undefined,
  status: undefined,
  message: undefined,
  reason: undefined,
  retryDelayMs: undefined,
}

/** `{"error":{code,message,status,details[]}}`, or that in a list, as streams without events begin. */
export const readErrorBody = (text: string): GoogleError => {
  const json = parse(text)
  const [first]: unknown[] = Array.isArray(json) ? json : [json]
  return isRecord(first) && isRecord(first.error) ? readError(first.error) : NOTHING
}

export const readError = ({ code, status, message, details }: JsonObject): GoogleError => ({
  code: typeof code === 'number' ? code : undefined,
  status: someText(status),
  message: someText(message),
  reason: someText(detailOf(details, 'google.rpc.ErrorInfo')?.reason),
  retryDelayMs: durationMs(detailOf(details, 'google.rpc.RetryInfo')?.retryDelay),
})

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const someText = (value: unknown): string | undefined => textOr(value) || undefined

const detailOf = (details: unknown, type: string): JsonObject | undefined => {
  const list: readonly unknown[] = Array.isArray(details) ? details : []
  return list.filter(isRecord).find((detail) => detail['@type'] === `type.googleapis.com/${type}`)
}

/** A duration in protobuf's JSON: `33s`, `0.250s`. */
const durationMs = (value: unknown): number | undefined => {
  const seconds = /^(\d{1,10}(?:\.\d{1,9})?)s$/.exec(textOr(value) ?? '')?.[1]
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000)
}
