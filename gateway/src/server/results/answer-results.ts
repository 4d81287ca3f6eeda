import { type OutputPart, outputFileId } from '../../batch/output-file.ts'
import type { BatchView, TenantStore } from '../../storage/tenant.ts'
import { processingStatusOf } from '../anthropic/batch-json.ts'
import type { ServerContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { errorOf, nativeStatusOf } from '../native/batch-json.ts'
import { openaiStatusOf } from '../openai/batch-json.ts'
import { batchLines } from './batch-lines.ts'
import { completionBody } from './completion-body.ts'
import { interleavedLines } from './interleaved-lines.ts'
import { mergedLines } from './merged-lines.ts'
import { resultsBody } from './results-body.ts'
import type { ResultsQuery } from './results-query.ts'

/** Retries of retries that are merged at most. */
const CHAIN_MAX = 20

/** The body of a results call. What can be refused is refused before the first byte. */
export const answerResults = async (
  context: ServerContext,
  {
    account,
    batch,
    query,
    minimal,
  }: { account: string; batch: BatchView; query: ResultsQuery; minimal: boolean },
): Promise<AsyncIterable<Buffer>> => {
  const store = context.tenant(account)
  const source = { store, blobs: context.blobs }
  const head = headOf(batch)
  const chain = query.order === 'input' && query.merged ? await chainOf(store, batch) : [batch]
  for (const each of chain) await requireOutput(store, each)
  if (query.order === 'completion') return completionBody({ ...source, batch, cursor: query.cursor, head })
  return resultsBody({
    lines() {
      if (query.merged) return mergedLines(source, chain)
      return batch.models.length > 1 ? interleavedLines(source, batch) : batchLines(source, batch)
    },
    head,
    minimal,
    tail: `,"error":${JSON.stringify(batch.dialect === 'native' ? errorOf(batch) : null)}`,
  })
}

/** Where success and error are files of their own, each can be deleted, or expire, before its batch. */
const requireOutput = async (store: TenantStore, batch: BatchView): Promise<void> => {
  const { id, layout, outcome, counts } = batch
  if (layout !== 'apart' || outcome === null) return
  const parts: OutputPart[] = [
    ...(counts.succeeded > 0 ? (['output'] as const) : []),
    ...(counts.succeeded < counts.total ? (['error'] as const) : []),
  ]
  for (const part of parts) {
    const file = outputFileId(id, part)
    if (await store.file(file)) continue
    throw new ApiError(
      'output_gone',
      `${file} was deleted or has expired: the results of ${id} are not there`,
    )
  }
}

const statusOf = (batch: BatchView): string => {
  if (batch.dialect === 'anthropic') return processingStatusOf(batch)
  return batch.dialect === 'openai' ? openaiStatusOf(batch) : nativeStatusOf(batch)
}

const headOf = (batch: BatchView): string => {
  const status = statusOf(batch)
  return (
    `"batch_id":${JSON.stringify(batch.id)},"status":"${status}",` +
    `"counts":${JSON.stringify(batch.counts)},`
  )
}

/** From the first batch to this one; all of them have to have ended. */
const chainOf = async (store: TenantStore, batch: BatchView): Promise<BatchView[]> => {
  const chain = [batch]
  for (let oldest = batch; oldest.retryOf !== null; [oldest = batch] = chain) {
    const before = await store.batch(oldest.retryOf)
    if (!before) {
      throw new ApiError('not_found', `${oldest.retryOf}, which ${oldest.id} retries, is not there any more`)
    }
    if (chain.length >= CHAIN_MAX) {
      throw new ApiError('invalid_value', `At most ${CHAIN_MAX} batches are merged`, { field: 'merged' })
    }
    chain.unshift(before)
  }
  const running = chain.find(({ outcome }) => outcome === null)
  if (running)
    throw new ApiError('not_ended', `${running.id} still runs; merged results are there once it has ended`)
  return chain
}
