import { isRecord, type JsonObject, textOr } from '../../answers/json.ts'
import type { ReadEvent } from '../../answers/read-stream.ts'
import type { Failure } from '../../failure.ts'
import { billedStrings } from '../billed-text.ts'
import { readErrorBody } from '../error-body.ts'
import { brokenOff, OUT_OF_RESOURCES } from '../out-of-resources.ts'
import { readResponseUsage, readUsage } from '../read-usage.ts'

/** What one event of OpenAI's says. */
export interface OpenaiEvent extends ReadEvent {
  /** It has no choice, and the usage. */
  readonly isUsageAlone: boolean
}

export type EventReader = (json: JsonObject, source: string) => OpenaiEvent

export const eventReaderOf = (endpoint: string): EventReader =>
  endpoint === '/v1/responses' ? readResponseEvent : readChunk

/** Of chat and of text completions. The end is said by `[DONE]`, which is no JSON. */
const readChunk: EventReader = (json, source) => {
  if (isRecord(json.error)) return failedEvent(source)
  const choices: readonly unknown[] = Array.isArray(json.choices) ? json.choices : []
  const reasons = choices.flatMap((choice) => (isRecord(choice) ? (textOr(choice.finish_reason) ?? []) : []))
  return {
    text: billedStrings(choices).join(''),
    usage: readUsage(json.usage),
    isUsageAlone: Array.isArray(json.choices) && choices.length === 0 && isRecord(json.usage),
    isFinished: reasons.length > 0,
    isLast: false,
    ...(reasons.includes(OUT_OF_RESOURCES) ? { failure: { kind: 'failure', ...brokenOff } } : {}),
  }
}

const LAST_EVENTS: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete'])

/** Every text comes twice and more, as deltas and then whole: the deltas are counted. */
const readResponseEvent: EventReader = (json, source) => {
  const { type, delta, response } = json
  if (type === 'error' || type === 'response.failed') {
    const usage = isRecord(response) ? readResponseUsage(response.usage) : undefined
    return { ...failedEvent(errorTextOf(json, source)), usage }
  }
  const isLast = LAST_EVENTS.has(type)
  return {
    text: typeof delta === 'string' ? delta : '',
    usage: isRecord(response) ? readResponseUsage(response.usage) : undefined,
    isUsageAlone: false,
    isFinished: isLast,
    isLast,
  }
}

const errorTextOf = ({ response }: JsonObject, source: string): string =>
  isRecord(response) ? JSON.stringify(response) : source

const failedEvent = (source: string): OpenaiEvent => ({
  text: '',
  isUsageAlone: false,
  isFinished: false,
  isLast: true,
  failure: failureOf(source),
})

const failureOf = (source: string): Failure => {
  const error = readErrorBody(source)
  return {
    kind: 'failure',
    class: 'server_error',
    code: error.code ?? error.type ?? 'error_in_stream',
    message: error.message ?? 'the provider ended the stream with an error',
    providerError: source,
  }
}
