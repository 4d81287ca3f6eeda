import type { AnyBatch, Batch, BatchCounts, FileBatch, Loss, MessageBatch } from '@sheepfold/client'
import { factTable, timeText } from '../report/list-table.ts'
import { lossText } from '../report/loss-text.ts'
import { messageCounts } from './plain-batch.ts'

export const idOf = (any: AnyBatch): string => (any.dialect === 'native' ? any.batch.batch_id : any.batch.id)

/** As the batch's own dialect has it. */
export const statusOf = (any: AnyBatch): string =>
  any.dialect === 'anthropic' ? any.batch.processing_status : any.batch.status

const endedStatuses = new Set(['completed', 'failed', 'expired', 'cancelled', 'ended'])

/** Of any dialect: the native one has `completed` and `failed` among them, Anthropic's `ended` alone. */
export const isEnded = (status: string): boolean => endedStatuses.has(status)

export const batchText = (any: AnyBatch): string => factTable(factsOf(any))

const count = (value: number) => value.toLocaleString('en-US')

type Facts = [name: string, value: string | number | null | undefined][]

const factsOf = (any: AnyBatch): Facts => {
  switch (any.dialect) {
    case 'native':
      return nativeFacts(any.batch)
    case 'openai':
      return fileFacts(any.batch)
    case 'anthropic':
      return messageFacts(any.batch)
  }
}

const nativeFacts = (batch: Batch): Facts => [
  ['batch', batch.batch_id],
  ['status', `${batch.status}, ${batch.progress} %`],
  ['error', batch.error?.message],
  ['waits', batch.waiting?.message],
  ['requests', batch.counts && countsText(batch.counts)],
  ['tokens', batch.usage && count(batch.usage.total_tokens)],
  [
    'cost',
    batch.cost && `$${batch.cost.batch} (real time $${batch.cost.real_time}, saved $${batch.cost.saved})`,
  ],
  ...lossFacts(batch.losses),
  ['latency', batch.latency && `mean ${batch.latency.mean_ms} ms, P99 ${batch.latency.p99_ms} ms`],
  ['created', timeText(batch.created_at)],
  ['ended', timeText(batch.ended_at)],
]

const lossFacts = (losses: readonly Loss[]): Facts => losses.map((loss) => ['translated', lossText(loss)])

export const countsText = (counts: BatchCounts): string => {
  const parts = (['succeeded', 'failed', 'expired', 'cancelled'] as const).flatMap((name) =>
    counts[name] > 0 ? [`${count(counts[name])} ${name}`] : [],
  )
  return [count(counts.total), ...parts].join(', ')
}

const fileFacts = (batch: FileBatch): Facts => [
  ['batch', batch.id],
  ['status', batch.status],
  ...batch.errors.map(({ line, message }): Facts[number] => [
    'error',
    line === null ? message : `line ${line}: ${message}`,
  ]),
  ['waits', batch.waiting?.message],
  ['requests', requestsText(batch)],
  ['tokens', batch.usage && count(batch.usage.total_tokens)],
  ['model', batch.model],
  ['endpoint', batch.endpoint],
  ['input file', batch.input_file_id],
  ['output file', batch.output_file_id],
  ['error file', batch.error_file_id],
  ['retry of', batch.retry_of],
  ...lossFacts(batch.losses),
  ...Object.entries(batch.metadata).map(([name, value]): Facts[number] => [`metadata ${name}`, value]),
  ['created', timeText(batch.created_at)],
  ['ended', timeText(batch.ended_at)],
]

export const requestsText = ({ request_counts: { total, completed, failed } }: FileBatch): string => {
  const parts = [count(total), ...(completed > 0 ? [`${count(completed)} succeeded`] : [])]
  return [...parts, ...(failed > 0 ? [`${count(failed)} failed`] : [])].join(', ')
}

const messageFacts = (batch: MessageBatch): Facts => [
  ['batch', batch.id],
  ['status', batch.processing_status],
  ['requests', countsText(messageCounts(batch))],
  ['results', batch.results_url],
  ...lossFacts(batch.losses),
  ['created', timeText(batch.created_at)],
  ['expires', batch.ended_at === null ? timeText(batch.expires_at) : null],
  ['cancelled', timeText(batch.cancel_initiated_at)],
  ['ended', timeText(batch.ended_at)],
]
