import { isRecord, type JsonObject, parseObject } from '../answers/json.ts'
import type { ReadData, ReadEvent } from '../answers/read-stream.ts'
import type { Failure } from '../failure.ts'
import { billedOutput } from './billed-text.ts'
import { candidatesOf, isBlocked, reasonOf } from './candidate.ts'
import { classifyStatus } from './classify.ts'
import { readError } from './error-body.ts'
import { readUsage } from './read-usage.ts'

/**
 * Reads the chunks of one stream. Nothing marks its end but that every candidate of it has a finish reason, which
 * is why it remembers them.
 */
export const readChunks = (): ReadData<ReadEvent> => {
  const finishedByIndex = new Map<unknown, boolean>()
  const isOver = (json: JsonObject): boolean => {
    for (const candidate of candidatesOf(json)) {
      const index = candidate.index ?? 0
      finishedByIndex.set(index, finishedByIndex.get(index) === true || reasonOf(candidate) !== null)
    }
    return finishedByIndex.size > 0 && [...finishedByIndex.values()].every((isFinished) => isFinished)
  }
  return (data) => {
    const json = data.startsWith('{') ? parseObject(data) : undefined
    if (!json) return undefined
    if (isRecord(json.error)) return failedEvent(json.error, data)
    const isLast = isBlocked(json) || isOver(json)
    return {
      text: billedOutput(json).join(''),
      // Before the end, what it tells of the output may be missing or old.
      usage: isLast ? readUsage(json.usageMetadata) : undefined,
      isFinished: isLast,
      isLast,
    }
  }
}

const failedEvent = (error: JsonObject, source: string): ReadEvent => ({
  text: '',
  isFinished: false,
  isLast: true,
  failure: failureOf(error, source),
})

const failureOf = (json: JsonObject, source: string): Failure => {
  const error = readError(json)
  return {
    kind: 'failure',
    class: classifyStatus(error.code ?? 500, error),
    code: error.status ?? 'error_in_stream',
    message: error.message ?? 'the provider ended the stream with an error',
    ...(error.retryDelayMs === undefined ? {} : { retryAfterMs: error.retryDelayMs }),
    providerError: source,
  }
}
