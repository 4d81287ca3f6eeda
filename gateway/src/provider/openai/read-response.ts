import { isRecord, type JsonObject, textOr } from '../answers/json.ts'
import { bad, type ReadAnswer, type Reading } from '../answers/reading.ts'
import type { FailureClass } from '../failure.ts'
import { readErrorBody, withoutAnswer } from './error-body.ts'
import { readResponseUsage } from './read-usage.ts'

/** `response`, of the endpoint `/v1/responses`. Its `status` decides, before its output is looked at. */
export const readResponse: ReadAnswer = (json, source) => {
  const { status } = json
  if (status === 'failed') return failed(source)
  if (status === 'queued' || status === 'in_progress') return unfinished(status)
  // Servers that speak the dialect without being OpenAI may leave it out of a whole answer.
  const isWhole = status === 'completed' || status === undefined || status === null
  if (!isWhole && status !== 'incomplete') return stopped(json, source)
  if (!Array.isArray(json.output)) {
    return withoutAnswer(json, source, 'no_output', 'the answer has no list of output items')
  }
  const usage = readResponseUsage(json.usage)
  const finishReason = isWhole ? 'stop' : incompleteReason(json.incomplete_details)
  const text = outputText(json.output)
  if (isWhole && (text ?? '') === '' && !hasCall(json.output) && (usage?.completionTokens ?? 0) === 0) {
    return bad('empty_answer', 'the answer holds no text, no refusal and no call')
  }
  return { kind: 'answer', answer: { text, finishReason, model: textOr(json.model), usage } }
}

/** Whatever is neither said nor thought: calls of functions and of the provider's own tools. */
const hasCall = (output: readonly unknown[]): boolean =>
  output.some((item) => isRecord(item) && item.type !== 'message' && item.type !== 'reasoning')

/** The codes of a failed response that another try may cure; all others speak of the request. */
const CURABLE: ReadonlyMap<string, FailureClass> = new Map([
  ['server_error', 'server_error'],
  ['vector_store_timeout', 'server_error'],
  ['rate_limit_exceeded', 'throttled'],
])

const failed = (source: string): Reading => {
  const { code, message } = readErrorBody(source)
  return {
    kind: 'bad',
    class: code === undefined ? 'bad_answer' : (CURABLE.get(code) ?? 'bad_request'),
    code: code ?? 'response_failed',
    message: message ?? 'the response failed, and does not say why',
  }
}

/** It would be ready later and elsewhere, where nothing of a batch would fetch it. */
const unfinished = (status: string): Reading => ({
  kind: 'bad',
  class: 'bad_request',
  code: 'response_in_background',
  message: `the response is ${status}, not finished; a request of a batch must not ask for \`background\``,
})

const stopped = ({ status }: JsonObject, source: string): Reading => {
  const { message } = readErrorBody(source)
  const shown = JSON.stringify(status)?.slice(0, 60)
  return bad('response_not_completed', message ?? `the response has the status ${shown}`)
}

/** The words of chat completions for it; one that we do not know stays as it is. */
const incompleteReason = (details: unknown): string => {
  const reason = isRecord(details) ? textOr(details.reason) : null
  return reason === 'max_output_tokens' ? 'length' : (reason ?? 'incomplete')
}

/** The texts of all messages, as the official client's `output_text` joins them; else what was refused. */
const outputText = (output: readonly unknown[]): string | null => {
  const parts = output.flatMap((item) =>
    isRecord(item) && item.type === 'message' && Array.isArray(item.content) ? item.content : [],
  )
  const texts = textsOf(parts, 'output_text', 'text')
  const said = texts.length > 0 ? texts : textsOf(parts, 'refusal', 'refusal')
  return said.length > 0 ? said.join('') : null
}

const textsOf = (parts: readonly unknown[], type: string, field: string): string[] =>
  parts.flatMap((part) => (isRecord(part) && part.type === type ? (textOr(part[field]) ?? []) : []))
