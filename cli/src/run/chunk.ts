import { randomUUID } from 'node:crypto'
import { type Batch, type BatchResult, type Client, SheepfoldError } from '@sheepfold/client'
import { type FinishedBatch, finishedBatch } from '../report/tally.ts'
import { watchBatch } from '../watch-batch.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { ChunkLog, SentChunk } from './chunk-log.ts'
import type { NewChunk } from './plan.ts'
import { isSuccess, type ResultLine, type WorkFile } from './results-file.ts'
import type { ChunkBody } from './settings.ts'

export interface ChunkWork {
  readonly client: Client
  readonly baseUrl: string
  readonly log: ChunkLog
  readonly work: WorkFile
  readonly checkpoint: Checkpoint
  readonly signal: AbortSignal
  readonly waitMsMax: number
  readonly idsOf: (chunk: NewChunk) => string[]
  /** The bytes that are sent for these ids, from the input as it is now. */
  readonly bodyOf: (ids: readonly string[]) => Promise<ChunkBody>
  readonly onProgress: (batch: Batch, documents: number) => void
  readonly onFinished: (finished: FinishedBatch) => void
  readonly say: (message: string) => void
}

export type ChunkOutcome = 'collected' | 'timed_out'

/** A chunk that was never sent. What is intended is on the disk before the server can know of it. */
export const sendChunk = async (chunk: NewChunk, work: ChunkWork): Promise<ChunkOutcome> => {
  const ids = work.idsOf(chunk)
  const body = await work.bodyOf(ids)
  const sent = { idempotencyKey: randomUUID(), ids, bodySha256: body.sha256, baseUrl: work.baseUrl }
  work.log.intend(sent)
  return collect(sent, await create(sent, body, work), work)
}

/** A chunk of an earlier run: with the server, or on its way there when that run ended. */
export const resumeChunk = async (sent: SentChunk, work: ChunkWork): Promise<ChunkOutcome> => {
  if (sent.batchId !== undefined) return reattach(sent, sent.batchId, work)
  const body = await work.bodyOf(sent.ids)
  if (body.sha256 !== sent.bodySha256) throw changedSince(sent)
  return collect(sent, await create(sent, body, work), work)
}

const changedSince = (sent: SentChunk) => {
  const range = `${sent.ids[0]} to ${sent.ids.at(-1)}`
  return new Error(
    `The records ${range} were being sent when the last run ended, perhaps they arrived; but the input or the ` +
      'options have changed since. Run once with what it was, or remove the .chunks file to send them anew.',
  )
}

const create = async (sent: SentChunk, body: ChunkBody, work: ChunkWork): Promise<Batch> => {
  const { client, log, signal } = work
  try {
    const batch = await client.batches.createRaw(body.text, { idempotencyKey: sent.idempotencyKey, signal })
    log.created(sent, batch.batch_id)
    return batch
  } catch (error) {
    if (error instanceof SheepfoldError && isRefused(error)) log.ended(sent)
    throw error
  }
}

/** Surely no batch was made. A key may have been revoked between a create that arrived and its repetition. */
const isRefused = ({ status }: SheepfoldError) =>
  status !== null && status >= 400 && status < 500 && ![401, 403, 408, 409, 429].includes(status)

const reattach = async (sent: SentChunk, id: string, work: ChunkWork): Promise<ChunkOutcome> => {
  try {
    return await collect(sent, await work.client.batches.get(id, { signal: work.signal }), work)
  } catch (error) {
    if (!(error instanceof SheepfoldError && error.status === 404)) throw error
    const message = `The server does not know ${id} any more.`
    finish(sent, id, sent.ids.map(missing({ code: 'batch_not_found', message })), work)
    work.say(`${message} Its ${sent.ids.length} records are sent again at the next run.`)
    return 'collected'
  }
}

const collect = async (sent: SentChunk, first: Batch, work: ChunkWork): Promise<ChunkOutcome> => {
  const { client, signal, waitMsMax } = work
  const started = performance.now()
  const documents = sent.ids.length
  const onProgress = (batch: Batch) => work.onProgress(batch, documents)
  const { kind, batch } = await watchBatch(first, { client, signal, waitMsMax, onProgress })
  if (kind === 'timed_out') {
    const message = `TimeoutError: ${batch.batch_id} is still running after ${Math.round(waitMsMax / 1000)} s.`
    work.say(`${message} It goes on at the server; the next run picks it up.`)
    return 'timed_out'
  }
  const { results } = await client.batches.results(batch.batch_id, { signal })
  const complete = completeResults(sent, batch, results)
  finish(sent, batch.batch_id, complete, work)
  if (batch.status === 'failed')
    work.say(`${batch.batch_id} failed: ${batch.error?.message ?? 'no reason given'}`)
  work.onFinished(finishedBatch(batch, complete, { documents, measuredMs: performance.now() - started }))
  return 'collected'
}

type Reason = NonNullable<BatchResult['error']>

/** One result for each record, whatever the server gave. */
const completeResults = (sent: SentChunk, batch: Batch, results: readonly BatchResult[]): BatchResult[] => {
  const byId = new Map(results.map((result) => [result.custom_id, result]))
  const reason = batch.error
    ? { code: batch.error.error, message: batch.error.message }
    : { code: 'no_result', message: 'The batch has ended without a result for this record.' }
  return sent.ids.map((id) => byId.get(id) ?? missing(reason)(id))
}

const missing =
  (error: Reason) =>
  (id: string): BatchResult => ({
    custom_id: id,
    index: null,
    status: 'failed',
    output: null,
    model: null,
    finish_reason: null,
    usage: null,
    cost: null,
    error,
  })

/** In this order: a kill between two of these repeats the rest at the next run, and loses nothing. */
const finish = (sent: SentChunk, batchId: string, results: readonly BatchResult[], work: ChunkWork): void => {
  work.work.append(results.map((result) => toLine(result, batchId)))
  work.checkpoint.add(results.filter(isSuccess).map((result) => result.custom_id))
  work.log.ended(sent)
}

const toLine = ({ index: _ofTheBatch, ...result }: BatchResult, batchId: string): ResultLine => ({
  ...result,
  batch_id: batchId,
})
