import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Client, type FileBatch, isTransient, SheepfoldError } from '@sheepfold/client'
import type { ChunkRecord } from '../input/scan.ts'
import { createSpool } from '../input/spool.ts'
import { bytesPerRecord, type RequestSettings } from '../settings.ts'
import type { BatchApi, BatchBody, CreateOrder } from './batch-api.ts'
import { toBatch } from './openai-batch.ts'
import { downloadResults } from './openai-results.ts'

export interface OpenAiTraits {
  /** Two creates under one idempotency key make one batch. OpenAI's own server promises no such thing. */
  readonly keepsIdempotencyKeys: boolean
  /** Milliseconds after which a batch that was made is surely in the list. */
  readonly listedAfterMs: number
  /** The first wait after a 429; each further one is double. */
  readonly busyWaitMs: number
  /** Where what is uploaded and downloaded lies meanwhile. */
  readonly spoolFolder: string
}

/** OpenAI takes 50,000 lines and 200 MB; what JSON adds to a prompt is not counted exactly. */
const linesMax = 50_000
const bytesMax = 100 * 1024 * 1024
const endpoint = '/v1/chat/completions'

/** How a batch whose create was never answered is known again. */
const tagName = 'sheepfold_chunk'

/** Any server with OpenAI's files and batches. */
export const openAiApi = (client: Client, settings: RequestSettings, traits: OpenAiTraits): BatchApi => ({
  name: 'openai',
  limits: {
    recordsMax: linesMax,
    bytesMax,
    bytesPerRecord: bytesPerRecord(settings) + envelopeBytes(settings),
  },
  compose: (records) => bodyOf(records, settings, traits.spoolFolder),
  create: async (order) => {
    const fileId = order.fileId ?? (await upload(client, order))
    const { lossy } = settings
    const told = lossy === undefined ? order : { ...order, lossy }
    return toBatch(await createOnce(client, told, fileId, traits))
  },
  get: async (id, options) => toBatch(await client.fileBatches.get(id, options)),
  results: (batch, options) =>
    downloadResults(client, batch.batch_id, { ...options, spoolFolder: traits.spoolFolder }),
  cancel: async (id, options) => toBatch(await client.fileBatches.cancel(id, options)),
})

const lineOf = ({ custom_id, prompt }: ChunkRecord, { model, system, sampling }: RequestSettings) => ({
  custom_id,
  method: 'POST',
  url: endpoint,
  body: {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: prompt },
    ],
    ...sampling,
  },
})

const envelopeBytes = (settings: RequestSettings) =>
  Buffer.byteLength(JSON.stringify(lineOf({ custom_id: '', prompt: '' }, settings)))

/** In a file and not in memory: it may have 100 MB, several times at once. */
const bodyOf = async (
  records: AsyncIterable<readonly ChunkRecord[]>,
  settings: RequestSettings,
  spoolFolder: string,
): Promise<BatchBody> => {
  const spool = createSpool(spoolFolder)
  const hash = createHash('sha256')
  try {
    for await (const block of records) {
      const bytes = Buffer.from(
        block.map((record) => `${JSON.stringify(lineOf(record, settings))}\n`).join(''),
      )
      hash.update(bytes)
      spool.write(bytes)
    }
    spool.end()
    return { content: await openAsBlob(spool.path), sha256: hash.digest('hex'), discard: spool.discard }
  } catch (error) {
    spool.discard()
    throw error
  }
}

const upload = async (client: Client, { body, idempotencyKey, onUploaded, signal }: CreateOrder) => {
  const { content } = await body()
  const filename = `sheepfold-${idempotencyKey}.jsonl`
  const { id } = await client.files.upload({ content, filename, purpose: 'batch' }, { signal })
  onUploaded(id)
  return id
}

interface LossyOrder extends CreateOrder {
  readonly lossy?: RequestSettings['lossy']
}

/** A create whose reply was lost may have made a batch: it is looked for before another is made. */
const createOnce = async (
  client: Client,
  order: LossyOrder,
  fileId: string,
  traits: OpenAiTraits,
): Promise<FileBatch> => {
  const { idempotencyKey, signal, lossy } = order
  const body = {
    input_file_id: fileId,
    endpoint,
    metadata: { [tagName]: idempotencyKey },
    // Servers without the word refuse it, so that it is said only where the user says it.
    ...(lossy === undefined ? {} : { lossy }),
  }
  if (traits.keepsIdempotencyKeys) return client.fileBatches.create(body, { idempotencyKey, signal })
  for (let doubt = order.inDoubt, again = 0; ; again++) {
    const made = doubt ? await findTwice(client, order, traits.listedAfterMs) : undefined
    if (made) return made
    try {
      return await client.fileBatches.create(body, { idempotencyKey, retriesMax: 0, signal })
    } catch (error) {
      if (again === repeatsMax || !(error instanceof SheepfoldError && isTransient(error))) throw error
      doubt = error.status !== 429
      if (!doubt) await pause(traits.busyWaitMs * 2 ** again, undefined, { signal })
    }
  }
}

const repeatsMax = 5

/** A batch that was just made may not be listed yet, so one look that does not find it proves nothing. */
const findTwice = async (client: Client, order: CreateOrder, listedAfterMs: number) => {
  const { idempotencyKey, signal, say } = order
  const first = await findTagged(client, idempotencyKey, signal)
  if (first) return first
  say(`Whether a batch was made is not sure: looking for it again in ${Math.round(listedAfterMs / 1000)} s.`)
  await pause(listedAfterMs, undefined, { signal })
  return findTagged(client, idempotencyKey, signal)
}

const pageSize = 100
/** A run that comes back to a create in doubt after more batches than these is told to look itself. */
const pagesMax = 50

const findTagged = async (
  client: Client,
  tag: string,
  signal: AbortSignal,
): Promise<FileBatch | undefined> => {
  let after: string | undefined
  for (let page = 0; page < pagesMax; page++) {
    const { data, has_more } = await client.fileBatches.list({
      limit: pageSize,
      signal,
      ...(after === undefined ? {} : { after }),
    })
    const found = data.find(({ metadata }) => metadata[tagName] === tag)
    if (found) return found
    after = data.at(-1)?.id
    if (!has_more || after === undefined) return undefined
  }
  throw new Error(
    `A batch that may have been made is not among the last ${pagesMax * pageSize}. Look for the one whose ` +
      `metadata has ${tagName} ${tag}; or remove the .chunks file to send its records anew.`,
  )
}
