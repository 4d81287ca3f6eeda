import {
  batchPath,
  type Caller,
  type CallOptions,
  createCaller,
  query,
  uploadSilenceSecondsMax,
  type WaitOptions,
} from './caller.ts'
import { SheepfoldError } from './error.ts'
import { type FileBatchCalls, type FileCalls, fileBatchCalls, fileCalls } from './file-calls.ts'
import type { AnyBatch, FinishedPage, Page } from './file-shapes.ts'
import { readBatch, readModels, readResults } from './read-answer.ts'
import { readAnyBatch, readFinishedPage, readLinesOf, readPage } from './read-file-answer.ts'
import { readCheck } from './read-losses.ts'
import type { Batch, BatchCheck, BatchResults, CreateBatch, Model } from './shapes.ts'
import type { TransportSettings } from './transport.ts'
import { type WebhookCalls, webhookCalls } from './webhook-calls.ts'

export interface ClientOptions {
  /** `http://127.0.0.1:8787`, with or without a slash or `/v1` at its end. */
  readonly baseUrl: string
  /** `sk-holysheep-…` */
  readonly apiKey: string
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch
  /** How often a call is sent again after a lost connection, 408, 429 or 5xx. Default 5. */
  readonly retriesMax?: number
  /** The first wait is up to this, each further one up to double, at most 8 s. Default 500. */
  readonly backoffMs?: number
}

export interface CreateOptions extends CallOptions {
  /**
   * The server makes one batch a key, however often the create arrives. Default: a new one for each call,
   * kept over its retries. Give your own where a crash of your program must not double a batch either.
   */
  readonly idempotencyKey?: string
}

export interface ListOptions extends CallOptions {
  readonly limit?: number
  /** The id of the last one that is known already. */
  readonly after?: string
}

export interface Client {
  readonly batches: {
    create(body: CreateBatch, options?: CreateOptions): Promise<Batch>
    /** As `create`, with a body that is already JSON: the very same bytes can be sent again later. */
    createRaw(body: string, options?: CreateOptions): Promise<Batch>
    /** What a create of this would be told of fields that the provider has no word for; nothing is made. */
    check(body: CreateBatch, options?: CallOptions): Promise<BatchCheck>
    get(id: string, options?: WaitOptions): Promise<Batch>
    /** What is there now, in input order, or once the batch has ended with `waitSeconds`. */
    results(id: string, options?: WaitOptions): Promise<BatchResults>
    /** What is finished stays; the batch ends as `failed`, its error saying that it was cancelled. */
    cancel(id: string, options?: CallOptions): Promise<Batch>
    delete(id: string, options?: CallOptions): Promise<void>
    /** The batches of all dialects, newest first, a message batch in OpenAI's words; `limit` from 1 to 100. */
    list(options?: ListOptions): Promise<Page<AnyBatch>>
    /** A batch as its own dialect tells it, at once. */
    show(id: string, options?: WaitOptions): Promise<AnyBatch>
    /** Stops a batch of any dialect. */
    stop(id: string, options?: CallOptions): Promise<AnyBatch>
    /** What is finished since `cursor`, of a batch of any dialect, while it runs too. */
    finished(id: string, options?: CallOptions & { readonly cursor?: string }): Promise<FinishedPage>
    /** The results of a message batch that has ended, a line of JSON each: their bytes as they come. */
    messageLines(id: string, options?: CallOptions): Promise<AsyncIterable<Uint8Array>>
    /** The results of an ended batch and of those that it retries: of each request the best. */
    merged(id: string, options?: CallOptions): Promise<readonly unknown[]>
    /** A new batch of those requests of an ended one that have no answer. */
    retry(id: string, options?: CreateOptions): Promise<AnyBatch>
  }
  /** Batches in OpenAI's dialect: of a file, to files. */
  readonly fileBatches: FileBatchCalls
  readonly files: FileCalls
  readonly webhooks: WebhookCalls
  readonly models: {
    /** The cheapest way to test a key: a bad one is refused with 401 `unauthorized`. */
    list(options?: CallOptions): Promise<Model[]>
  }
}

/**
 * ```ts
 * const sheepfold = createClient({ baseUrl: 'http://127.0.0.1:8787', apiKey })
 * const { batch_id } = await sheepfold.batches.create({ model: 'batch-4.1', tasks: [{ prompt: 'Hello' }] })
 * while ((await sheepfold.batches.get(batch_id, { waitSeconds: 20 })).status === 'in_progress');
 * const { results } = await sheepfold.batches.results(batch_id)
 * ```
 */
export const createClient = (options: ClientOptions): Client => {
  const caller = createCaller(transportSettings(options))
  return {
    batches: batchCalls(caller),
    fileBatches: fileBatchCalls(caller),
    files: fileCalls(caller),
    webhooks: webhookCalls(caller),
    models: { list: async (callOptions) => readModels(await caller.call('GET', '/v1/models', callOptions)) },
  }
}

const noWait = { headers: { prefer: 'wait=0' } }

const batchCalls = ({ call, wait, open }: Caller): Client['batches'] => {
  const createRaw = async (body: string, { idempotencyKey, ...callOptions }: CreateOptions = {}) =>
    readBatch(
      await call('POST', '/v1/batches', callOptions, {
        body,
        headers: { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() },
        silenceSecondsMax: uploadSilenceSecondsMax,
      }),
    )
  return {
    create: (body, createOptions) => createRaw(JSON.stringify(body), createOptions),
    createRaw,
    check: async (body, options) =>
      readCheck(
        await call('POST', '/v1/batches/check', options, {
          body: JSON.stringify(body),
          silenceSecondsMax: uploadSilenceSecondsMax,
        }),
      ),
    get: async (id, options) => readBatch(await wait(batchPath(id), options), id),
    results: async (id, options) => readResults(await wait(`${batchPath(id)}/results`, options)),
    cancel: async (id, options) => readBatch(await call('POST', `${batchPath(id)}/cancel`, options), id),
    delete: async (id, options) => {
      await call('DELETE', batchPath(id), options)
    },
    list: async ({ limit, after, ...options } = {}) =>
      readPage(await call('GET', `/v1/batches${query({ limit, after })}`, options), readAnyBatch),
    show: async (id, options) => readAnyBatch(await wait(batchPath(id), options)),
    stop: async (id, options) => readAnyBatch(await call('POST', `${batchPath(id)}/cancel`, options)),
    finished: async (id, { cursor, ...options } = {}) =>
      readFinishedPage(
        await call(
          'GET',
          `${batchPath(id)}/results${query({ order: 'completion', cursor })}`,
          options,
          noWait,
        ),
      ),
    messageLines: (id, options) => open(`/v1/messages/batches/${encodeURIComponent(id)}/results`, options),
    merged: async (id, options) =>
      readLinesOf(await call('GET', `${batchPath(id)}/results?merged=true`, options, noWait)),
    retry: async (id, { idempotencyKey, ...options } = {}) =>
      readAnyBatch(
        await call('POST', `${batchPath(id)}/retry`, options, {
          headers: { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() },
        }),
      ),
  }
}

const transportSettings = (options: ClientOptions): TransportSettings => {
  const baseUrl = options.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
    const message = `baseUrl is ${JSON.stringify(options.baseUrl)}; it must be like http://127.0.0.1:8787`
    throw new SheepfoldError({ status: null, code: 'invalid_base_url', message })
  }
  return {
    baseUrl,
    apiKey: options.apiKey,
    fetch: options.fetch ?? fetch,
    retriesMax: options.retriesMax ?? 5,
    backoffMs: options.backoffMs ?? 500,
  }
}
