import { createHash } from 'node:crypto'
import type { Client } from '@sheepfold/client'
import type { ChunkRecord } from '../input/scan.ts'
import { bytesPerRecord, type RequestSettings } from '../settings.ts'
import type { BatchApi, BatchBody } from './batch-api.ts'

/** The server takes 64 MB for a batch; JSON's escapes and the ids need room too. */
const bytesMax = 32 * 1024 * 1024

export const nativeApi = (client: Client, settings: RequestSettings): BatchApi => ({
  name: 'native',
  limits: { recordsMax: 1_000, bytesMax, bytesPerRecord: bytesPerRecord(settings) },
  compose: async (records) => {
    const all: ChunkRecord[] = []
    for await (const block of records) all.push(...block)
    return bodyOf(all, settings)
  },
  create: async ({ body, idempotencyKey, signal }) => {
    const { content } = await body()
    return client.batches.createRaw(await content.text(), { idempotencyKey, signal })
  },
  get: client.batches.get,
  results: async function* ({ batch_id }, options) {
    yield (await client.batches.results(batch_id, options)).results
  },
  cancel: client.batches.cancel,
})

const bodyOf = (records: readonly ChunkRecord[], settings: RequestSettings): BatchBody => {
  const { model, task, system, sampling, lossy } = settings
  const text = JSON.stringify({
    model,
    ...(task === undefined ? {} : { task }),
    tasks: records.map((record) => (system === undefined ? record : { ...record, system })),
    ...(lossy === undefined ? {} : { lossy }),
    ...(Object.keys(sampling).length === 0 ? {} : { options: sampling }),
  })
  const sha256 = createHash('sha256').update(text).digest('hex')
  return { content: new Blob([text]), sha256, discard: () => {} }
}
