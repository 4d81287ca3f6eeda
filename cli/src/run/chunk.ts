import { randomUUID } from 'node:crypto'
import { type Batch, type BatchResult, SheepfoldError } from '@sheepfold/client'
import { createResultsTally, type FinishedBatch } from '../report/tally.ts'
import { watchBatch } from '../watch-batch.ts'
import type { BatchApi, BatchBody } from './api/batch-api.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { ChunkLog, SentChunk } from './chunk-log.ts'
import type { NewChunk } from './plan.ts'
import type { Pricing } from './pricing.ts'
import { isSuccess, type ResultLine, toLine } from './results/result-line.ts'
import type { WorkFile } from './results/work-file.ts'
import type { AnswerSchema } from './schema/answer-schema.ts'
import { checkedLine } from './schema/check-result.ts'
import type { Running } from './stop/running.ts'

export interface ChunkWork {
  readonly api: BatchApi
  readonly baseUrl: string
  readonly log: ChunkLog
  readonly work: WorkFile
  readonly checkpoint: Checkpoint
  readonly signal: AbortSignal
  readonly waitMsMax: number
  readonly schema: AnswerSchema | undefined
  readonly pricing: Pricing
  /** What is to be cancelled when a limit is reached. */
  readonly running: Running
  readonly idsOf: (chunk: NewChunk) => string[]
  /** The bytes that are sent for these ids, from the input as it is now. */
  readonly bodyOf: (ids: readonly string[]) => Promise<BatchBody>
  readonly onProgress: (batch: Batch, documents: number) => void
  readonly onFinished: (finished: FinishedBatch) => void
  readonly say: (message: string) => void
  readonly tellLosses: (losses: Batch['losses']) => void
}

export type ChunkOutcome = 'collected' | 'timed_out' | 'not_started'

/** A chunk that was never sent. What is intended is on the disk before the server can know of it. */
export const sendChunk = async (chunk: NewChunk, work: ChunkWork): Promise<ChunkOutcome> => {
  const ids = work.idsOf(chunk)
  const body = await work.bodyOf(ids)
  const sent: SentChunk = {
    idempotencyKey: randomUUID(),
    ids,
    bodySha256: body.sha256,
    baseUrl: work.baseUrl,
    api: work.api.name,
  }
  try {
    if (work.running.isStopped) return 'not_started'
    work.log.intend(sent)
    // The body is gone before the batch is waited for.
    return collect(sent, await create(sent, async () => body, work, { inDoubt: false }), work)
  } finally {
    body.discard()
  }
}

/** A chunk of an earlier run: with the server, or on its way there when that run ended. */
export const resumeChunk = async (sent: SentChunk, work: ChunkWork): Promise<ChunkOutcome> => {
  if (sent.batchId !== undefined) return reattach(sent, sent.batchId, work)
  let body: BatchBody | undefined
  const sameBody = async () => {
    body = await work.bodyOf(sent.ids)
    if (body.sha256 !== sent.bodySha256) throw changedSince(sent)
    return body
  }
  try {
    return collect(sent, await create(sent, sameBody, work, { inDoubt: true }), work)
  } finally {
    body?.discard()
  }
}

const changedSince = (sent: SentChunk) => {
  const range = `${sent.ids[0]} to ${sent.ids.at(-1)}`
  return new Error(
    `The records ${range} were being sent when the last run ended, perhaps they arrived; but the input or the ` +
      'options have changed since. Run once with what it was, or remove the .chunks file to send them anew.',
  )
}

const create = async (
  sent: SentChunk,
  body: () => Promise<BatchBody>,
  { api, log, signal, say, tellLosses }: ChunkWork,
  { inDoubt }: { readonly inDoubt: boolean },
): Promise<Batch> => {
  const { idempotencyKey, fileId } = sent
  const onUploaded = (id: string) => log.uploaded(sent, id)
  try {
    const batch = await api.create({ idempotencyKey, body, fileId, inDoubt, onUploaded, say, signal })
    log.created(sent, batch.batch_id)
    tellLosses(batch.losses)
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
    return await collect(sent, await work.api.get(id, { signal: work.signal }), work)
  } catch (error) {
    if (!(error instanceof SheepfoldError && error.status === 404)) throw error
    const message = `The server does not know ${id} any more.`
    keep(sent.ids.map(missing({ code: 'batch_not_found', message })), id, work)
    work.log.ended(sent)
    work.say(`${message} Its ${sent.ids.length} records are sent again at the next run.`)
    return 'collected'
  }
}

const collect = async (sent: SentChunk, first: Batch, work: ChunkWork): Promise<ChunkOutcome> => {
  const { api, signal, waitMsMax, running } = work
  const started = performance.now()
  const documents = sent.ids.length
  const onProgress = (batch: Batch) => work.onProgress(batch, documents)
  running.enter(first.batch_id)
  const { kind, batch } = await watchBatch(first, { get: api.get, signal, waitMsMax, onProgress })
  if (kind === 'timed_out') {
    const message = `TimeoutError: ${batch.batch_id} is still running after ${Math.round(waitMsMax / 1000)} s.`
    work.say(`${message} It goes on at the server; the next run picks it up.`)
    return 'timed_out'
  }
  running.leave(batch.batch_id)
  const tally = await keepResults(sent, batch, work)
  work.log.ended(sent)
  if (batch.status === 'failed')
    work.say(`${batch.batch_id} failed: ${batch.error?.message ?? 'no reason given'}`)
  work.onFinished({ ...tally.figures(batch), documents, measuredMs: performance.now() - started })
  return 'collected'
}

/** One result for each record, whatever the server gave. */
const keepResults = async (sent: SentChunk, batch: Batch, work: ChunkWork) => {
  const left = new Set(sent.ids)
  const tally = createResultsTally()
  for await (const results of work.api.results(batch, { signal: work.signal }))
    tally.add(
      keep(
        results.filter(({ custom_id }) => left.delete(custom_id)),
        batch.batch_id,
        work,
      ),
    )
  const reason = batch.error
    ? { code: batch.error.error, message: batch.error.message }
    : { code: 'no_result', message: 'The batch has ended without a result for this record.' }
  tally.add(keep([...left].map(missing(reason)), batch.batch_id, work))
  return tally
}

type Reason = NonNullable<BatchResult['error']>

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
const keep = (results: readonly BatchResult[], batchId: string, work: ChunkWork): ResultLine[] => {
  const lines = results.map((result) =>
    checkedLine(toLine(work.pricing.priced(result), batchId), work.schema),
  )
  if (lines.length === 0) return lines
  work.work.append(lines)
  work.checkpoint.add(lines.filter(isSuccess).map(({ custom_id }) => custom_id))
  return lines
}
