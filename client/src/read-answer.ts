import { SheepfoldError } from './error.ts'
import { lossesOf } from './read-losses.ts'
import type {
  Batch,
  BatchCost,
  BatchCounts,
  BatchError,
  BatchResult,
  BatchResults,
  BatchStatus,
  Model,
  Usage,
} from './shapes.ts'
import { type Fields, fieldsOf, isFields, numberOf, textOf, unexpected } from './wire.ts'

const statusOf = (body: Fields): BatchStatus => {
  const status = body.status
  if (status === 'in_progress' || status === 'completed' || status === 'failed') return status
  throw unexpected(
    `has the status ${JSON.stringify(status)}; known are in_progress, completed and failed`,
    body,
  )
}

const batchErrorOf = (value: unknown): BatchError | null => {
  if (typeof value === 'string') return { error: value, message: value }
  if (!isFields(value)) return null
  const code = textOf(value.error) ?? textOf(value.code) ?? 'failed'
  return { error: code, message: textOf(value.message) ?? code }
}

export const reasonOf = (value: unknown): { code: string; message: string } | null => {
  const read = batchErrorOf(value)
  return read && { code: read.error, message: read.message }
}

const usageOf = (value: unknown): Usage | null => {
  if (!isFields(value)) return null
  const prompt = numberOf(value.prompt_tokens) ?? 0
  const completion = numberOf(value.completion_tokens) ?? 0
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: numberOf(value.total_tokens) ?? prompt + completion,
    cached_tokens: numberOf(value.cached_tokens) ?? 0,
  }
}

const countsOf = (value: unknown): BatchCounts | null => {
  if (!isFields(value)) return null
  const count = (name: string) => numberOf(value[name]) ?? 0
  return {
    total: count('total'),
    succeeded: count('succeeded'),
    failed: count('failed'),
    expired: count('expired'),
    cancelled: count('cancelled'),
  }
}

const costOf = (value: unknown): BatchCost | null => {
  if (!isFields(value)) return null
  const batch = textOf(value.batch)
  const realTime = textOf(value.real_time)
  const saved = textOf(value.saved)
  if (batch === null || realTime === null || saved === null) return null
  const percent = numberOf(value.saved_percent)
  return {
    currency: textOf(value.currency) ?? 'USD',
    batch,
    real_time: realTime,
    saved,
    saved_percent: percent,
  }
}

const latencyOf = (value: unknown): Batch['latency'] => {
  if (!isFields(value)) return null
  const mean = numberOf(value.mean_ms)
  const p99 = numberOf(value.p99_ms)
  return mean === null || p99 === null ? null : { mean_ms: mean, p99_ms: p99 }
}

export const readBatch = (body: unknown, knownId?: string): Batch => {
  const fields = fieldsOf(body)
  const id = textOf(fields.batch_id) ?? textOf(fields.id) ?? knownId
  if (id === undefined) throw unexpected('has no batch_id', body)
  const status = statusOf(fields)
  return {
    batch_id: id,
    status,
    progress: numberOf(fields.progress) ?? (status === 'completed' ? 100 : 0),
    error: batchErrorOf(fields.error),
    counts: countsOf(fields.counts),
    usage: usageOf(fields.usage),
    cost: costOf(fields.cost),
    created_at: textOf(fields.created_at),
    ended_at: textOf(fields.ended_at),
    latency: latencyOf(fields.latency),
    waiting: reasonOf(fields.waiting),
    losses: lossesOf(fields.losses),
  }
}

const resultOf = (value: unknown): BatchResult => {
  const fields = fieldsOf(value)
  const id = textOf(fields.custom_id)
  if (id === null) throw unexpected('has a result without custom_id', value)
  const error = reasonOf(fields.error)
  return {
    custom_id: id,
    index: numberOf(fields.index),
    status: textOf(fields.status) ?? (error === null ? 'succeeded' : 'failed'),
    output: textOf(fields.output),
    model: textOf(fields.model),
    finish_reason: textOf(fields.finish_reason),
    usage: usageOf(fields.usage),
    cost: textOf(fields.cost),
    error,
  }
}

export const readResults = (body: unknown): BatchResults => {
  const fields = fieldsOf(body)
  const list = fields.results ?? fields.data
  if (!Array.isArray(list)) throw unexpected('has no list of results', body)
  return { status: statusOf(fields), error: batchErrorOf(fields.error), results: list.map(resultOf) }
}

export const readModels = (body: unknown): Model[] => {
  const list = fieldsOf(body).data
  if (!Array.isArray(list)) throw unexpected('has no list of models', body)
  return list.map((entry: unknown) => {
    const fields = fieldsOf(entry)
    const id = textOf(fields.id)
    if (id === null) throw unexpected('has a model without id', entry)
    return { ...fields, id }
  })
}

/**
 * `{"error":"<code>","message":"…"}`, OpenAI's `{"error":{"message","type","param","code"}}`, or Anthropic's
 * `{"error":{"message","type"}}`, to which this server adds `details`; a proxy's page of HTML ends up in
 * `body`, not in the message.
 */
export const readRefusal = (status: number, body: unknown): SheepfoldError => {
  const fields = isFields(body) ? body : {}
  const nested = isFields(fields.error) ? fields.error : fields
  const details = isFields(nested.details) ? nested.details : {}
  const word = textOf(nested.code) ?? textOf(details.error_code) ?? textOf(nested.type)
  const code = textOf(fields.error) ?? word ?? `http_${status}`
  const message = textOf(nested.message) ?? `The server answered with status ${status} (${code}).`
  const param = textOf(nested.param) ?? textOf(nested.field) ?? textOf(details.field)
  return new SheepfoldError({ status, code, message, param, body })
}
