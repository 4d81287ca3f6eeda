import type { AnyBatch, Batch, FileBatch, Loss } from '@sheepfold/client'
import { factTable, timeText } from '../report/list-table.ts'
import { lossText } from '../report/loss-text.ts'

export const idOf = (any: AnyBatch): string => (any.dialect === 'native' ? any.batch.batch_id : any.batch.id)

const endedStatuses = new Set(['completed', 'failed', 'expired', 'cancelled'])

/** Of either dialect: the native one has `completed` and `failed` among them. */
export const isEnded = (status: string): boolean => endedStatuses.has(status)

export const batchText = (any: AnyBatch): string =>
  factTable(any.dialect === 'native' ? nativeFacts(any.batch) : fileFacts(any.batch))

const count = (value: number) => value.toLocaleString('en-US')

type Facts = [name: string, value: string | number | null | undefined][]

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

const countsText = (counts: NonNullable<Batch['counts']>): string => {
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
