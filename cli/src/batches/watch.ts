import type { AnyBatch, Batch, Client } from '@sheepfold/client'
import { clientOf } from '../api-key.ts'
import type { RemoteOptions } from '../command-options.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { onInterrupt } from '../interrupt.ts'
import { reportProgress } from '../report/progress-bar.ts'
import { createTally } from '../report/tally.ts'
import { watchBatch } from '../watch-batch.ts'
import { batchText } from './batch-text.ts'
import { plainBatch } from './plain-batch.ts'

/** Shows a batch until it has ended. */
export const watch = async (id: string, options: RemoteOptions): Promise<ExitCode> => {
  const client = clientOf(options, 8)
  const ended = await watchToEnd(client, id)
  if (ended === undefined) {
    console.error('Not watched any more; the batch goes on at the server.')
    return exitCodes.unfinished
  }
  console.log(options.json ? JSON.stringify(ended.batch) : batchText(ended))
  return exitCodeOf(plainBatch(ended))
}

/** Undefined where a signal ended the watching. */
export const watchToEnd = async (client: Client, id: string): Promise<AnyBatch | undefined> => {
  const abort = new AbortController()
  const interrupt = onInterrupt(() => abort.abort())
  let last = await client.batches.show(id)
  const first = plainBatch(last)
  const tally = createTally(first.counts?.total ?? 0)
  const report = reportProgress(() => {
    const total = plainBatch(last).counts?.total ?? 0
    return { ...tally.progress(), total }
  })
  try {
    await watchBatch(first, {
      get: async (batchId, wait) => {
        last = await client.batches.show(batchId, wait)
        return plainBatch(last)
      },
      signal: abort.signal,
      waitMsMax: Number.POSITIVE_INFINITY,
      onProgress: (batch) => tally.note(batch, batch.counts?.total ?? 0),
    })
    return last
  } catch (error) {
    if (interrupt.signal() !== undefined) return undefined
    throw error
  } finally {
    report.stop()
    interrupt.dispose()
  }
}

const exitCodeOf = ({ status, counts }: Batch): ExitCode => {
  const isWhole = status === 'completed' && (counts === null || counts.succeeded === counts.total)
  return isWhole ? exitCodes.ok : exitCodes.someFailed
}
