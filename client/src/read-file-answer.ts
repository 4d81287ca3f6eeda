import type {
  AnyBatch,
  FileBatch,
  FileBatchError,
  FileBatchUsage,
  FinishedPage,
  Page,
  StoredFile,
} from './file-shapes.ts'
import { readBatch, reasonOf } from './read-answer.ts'
import { lossesOf } from './read-losses.ts'
import { isMessageBatch, readMessageBatch } from './read-message-answer.ts'
import { type Fields, fieldsOf, isFields, numberOf, textOf, unexpected } from './wire.ts'

export const readFile = (body: unknown): StoredFile => {
  const fields = fieldsOf(body)
  return {
    id: idOf(fields, 'file'),
    filename: textOf(fields.filename) ?? '',
    bytes: numberOf(fields.bytes) ?? 0,
    purpose: textOf(fields.purpose) ?? '',
    status: textOf(fields.status),
    created_at: numberOf(fields.created_at),
    expires_at: numberOf(fields.expires_at),
  }
}

const idOf = (fields: Fields, what: string): string => {
  const id = textOf(fields.id)
  if (id === null) throw unexpected(`has a ${what} without id`, fields)
  return id
}

const endings = ['completed_at', 'failed_at', 'expired_at', 'cancelled_at']

export const readFileBatch = (body: unknown): FileBatch => {
  const fields = fieldsOf(body)
  const status = textOf(fields.status)
  if (status === null) throw unexpected('has a batch without status', body)
  return {
    id: idOf(fields, 'batch'),
    status,
    endpoint: textOf(fields.endpoint),
    model: textOf(fields.model),
    input_file_id: textOf(fields.input_file_id),
    output_file_id: textOf(fields.output_file_id),
    error_file_id: textOf(fields.error_file_id),
    errors: errorsOf(fields.errors),
    request_counts: countsOf(fields.request_counts),
    usage: usageOf(fields.usage),
    metadata: metadataOf(fields.metadata),
    created_at: numberOf(fields.created_at),
    ended_at: endings.map((name) => numberOf(fields[name])).find((time) => time !== null) ?? null,
    waiting: reasonOf(fields.waiting),
    retry_of: textOf(fields.retry_of),
    losses: lossesOf(fields.losses),
  }
}

const errorsOf = (value: unknown): FileBatchError[] => {
  const list = isFields(value) ? value.data : undefined
  if (!Array.isArray(list)) return []
  return list.filter(isFields).map((error) => ({
    code: textOf(error.code),
    message: textOf(error.message) ?? textOf(error.code) ?? 'no reason given',
    line: numberOf(error.line),
  }))
}

const countsOf = (value: unknown): FileBatch['request_counts'] => {
  const counts = isFields(value) ? value : {}
  return {
    total: numberOf(counts.total) ?? 0,
    completed: numberOf(counts.completed) ?? 0,
    failed: numberOf(counts.failed) ?? 0,
  }
}

const usageOf = (value: unknown): FileBatchUsage | null => {
  if (!isFields(value)) return null
  const input = numberOf(value.input_tokens) ?? 0
  const output = numberOf(value.output_tokens) ?? 0
  const details = isFields(value.input_tokens_details) ? value.input_tokens_details : {}
  return {
    input_tokens: input,
    cached_tokens: numberOf(details.cached_tokens) ?? 0,
    output_tokens: output,
    total_tokens: numberOf(value.total_tokens) ?? input + output,
  }
}

const metadataOf = (value: unknown): Record<string, string> =>
  isFields(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => textOf(entry[1]) !== null),
      )
    : {}

/** A native batch names itself by `batch_id`; OpenAI's has no such field. */
export const readAnyBatch = (body: unknown): AnyBatch => {
  if (isMessageBatch(body)) return { dialect: 'anthropic', batch: readMessageBatch(body) }
  return isFields(body) && textOf(body.batch_id) !== null
    ? { dialect: 'native', batch: readBatch(body) }
    : { dialect: 'openai', batch: readFileBatch(body) }
}

export const readPage = <T>(body: unknown, readEntry: (entry: unknown) => T): Page<T> => {
  const fields = fieldsOf(body)
  if (!Array.isArray(fields.data)) throw unexpected('has no list in "data"', body)
  return { data: fields.data.map(readEntry), has_more: fields.has_more === true }
}

/** Lines in the words of the batch's own dialect. */
export const readLinesOf = (body: unknown): readonly unknown[] => {
  const { results } = fieldsOf(body)
  if (!Array.isArray(results)) throw unexpected('has no list of results', body)
  return results
}

export const readFinishedPage = (body: unknown): FinishedPage => {
  const fields = fieldsOf(body)
  const status = textOf(fields.status)
  const cursor = textOf(fields.next_cursor)
  if (status === null || cursor === null) throw unexpected('has no status or no next_cursor', body)
  return { status, results: readLinesOf(body), next_cursor: cursor, has_more: fields.has_more === true }
}
