import { isRecord, type JsonObject, parseObject, textOr } from '../answers/json.ts'
import type { ReadData, ReadEvent } from '../answers/read-stream.ts'
import { classifyError } from './classify.ts'
import { readError } from './error-body.ts'
import { readUsage } from './read-usage.ts'

/**
 * Reads the events of one stream. The first one tells what the prompt used, those at the end what all of it did,
 * leaving out what has not changed: which is why it remembers what was told.
 */
export const readEvents = (): ReadData<ReadEvent> => {
  let told: JsonObject = {}
  return (data) => {
    const json = data.startsWith('{') ? parseObject(data) : undefined
    switch (json?.type) {
      case 'message_start':
        told = usageWithin(json.message)
        return undefined
      case 'content_block_start':
        return saying(startOf(json.content_block))
      case 'content_block_delta':
        return saying(deltaOf(json.delta))
      case 'message_delta':
        told = { ...told, ...usageWithin(json) }
        // What the first event tells of the output is of its first token: only now is it true.
        return { ...saying(''), usage: readUsage(told), isFinished: stopReasonOf(json) !== null }
      case 'message_stop':
        return { ...saying(''), isFinished: true, isLast: true }
      case 'error':
        return failed(json.error, data)
      default:
        return undefined
    }
  }
}

const saying = (text: string): ReadEvent => ({ text, isFinished: false, isLast: false })

/** Of what is told; a null is what the event does not repeat. */
const usageWithin = (value: unknown): JsonObject => {
  const usage = isRecord(value) ? value.usage : undefined
  return isRecord(usage) ? Object.fromEntries(Object.entries(usage).filter(([, each]) => each !== null)) : {}
}

const stopReasonOf = ({ delta }: JsonObject): string | null =>
  isRecord(delta) ? textOr(delta.stop_reason) : null

/** The name of a tool that is called is generated too; what blocks begin with beside it is empty. */
const startOf = (block: unknown): string => {
  const { name, text }: JsonObject = isRecord(block) ? block : {}
  return textOr(name) ?? textOr(text) ?? ''
}

/** Text, thoughts, and the input of tools bit by bit; a signature is not billed. */
const deltaOf = (delta: unknown): string => {
  const { text, thinking, partial_json: json }: JsonObject = isRecord(delta) ? delta : {}
  return textOr(text) ?? textOr(thinking) ?? textOr(json) ?? ''
}

const failed = (told: unknown, source: string): ReadEvent => {
  const error = readError(told)
  return {
    text: '',
    isFinished: false,
    isLast: true,
    failure: {
      kind: 'failure',
      class: classifyError(error),
      code: error.code ?? error.type ?? 'error_in_stream',
      message: error.message ?? 'the provider ended the stream with an error',
      providerError: source,
    },
  }
}
