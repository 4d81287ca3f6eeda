import { isRecord, type JsonObject, parseObject, textOr } from '../answers/json.ts'

/** What Anthropic's error says. */
export interface AnthropicError {
  /** `rate_limit_error`. */
  readonly type: string | undefined
  /** Of its details: `enforced_spend_limit_reached`. */
  readonly code: string | undefined
  readonly message: string | undefined
}

/** `{"type":"error","error":{type,message,details?}}`; nothing where a proxy answers instead. */
export const readErrorBody = (text: string): AnthropicError => readError(parseObject(text)?.error)

export const readError = (error: unknown): AnthropicError => {
  const { type, message, details }: JsonObject = isRecord(error) ? error : {}
  return {
    type: someText(type),
    code: isRecord(details) ? someText(details.error_code) : undefined,
    message: someText(message),
  }
}

const someText = (value: unknown): string | undefined => textOr(value) || undefined
