import { SheepfoldError } from './error.ts'
import { readBatch, readModels, readResults } from './read-answer.ts'
import type { Batch, BatchResults, CreateBatch, Model } from './shapes.ts'
import { type Call, send, type TransportSettings } from './transport.ts'

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

export interface CallOptions {
  /** Ends the call with a `SheepfoldError` of code `interrupted`; what the server does goes on. */
  readonly signal?: AbortSignal
}

export interface CreateOptions extends CallOptions {
  /**
   * The server makes one batch a key, however often the create arrives. Default: a new one for each call,
   * kept over its retries. Give your own where a crash of your program must not double a batch either.
   */
  readonly idempotencyKey?: string
}

export interface WaitOptions extends CallOptions {
  /** The server answers as soon as the batch has ended, after so many seconds at the latest. Default 0. */
  readonly waitSeconds?: number
}

export interface Client {
  readonly batches: {
    create(body: CreateBatch, options?: CreateOptions): Promise<Batch>
    /** As `create`, with a body that is already JSON: the very same bytes can be sent again later. */
    createRaw(body: string, options?: CreateOptions): Promise<Batch>
    get(id: string, options?: WaitOptions): Promise<Batch>
    /** What is there now, in input order, or once the batch has ended with `waitSeconds`. */
    results(id: string, options?: WaitOptions): Promise<BatchResults>
    /** What is finished stays; the batch ends as `failed`, its error saying that it was cancelled. */
    cancel(id: string, options?: CallOptions): Promise<Batch>
    delete(id: string, options?: CallOptions): Promise<void>
  }
  readonly models: {
    /** The cheapest way to test a key: a bad one is refused with 401 `unauthorized`. */
    list(options?: CallOptions): Promise<Model[]>
  }
}

/** A server sends a space every 5 s into a long poll, so a minute of silence is a dead peer. */
const silenceSecondsMax = 60
/** A create of 64 MB is silent while it is uploaded and checked. */
const createSilenceSecondsMax = 600

/**
 * ```ts
 * const sheepfold = createClient({ baseUrl: 'http://127.0.0.1:8787', apiKey })
 * const { batch_id } = await sheepfold.batches.create({ model: 'batch-4.1', tasks: [{ prompt: 'Hello' }] })
 * while ((await sheepfold.batches.get(batch_id, { waitSeconds: 20 })).status === 'in_progress');
 * const { results } = await sheepfold.batches.results(batch_id)
 * ```
 */
export const createClient = (options: ClientOptions): Client => {
  const settings = transportSettings(options)
  const call = (
    method: Call['method'],
    path: string,
    { signal }: CallOptions = {},
    rest: Partial<Call> = {},
  ) => send(settings, { method, path, signal, silenceSecondsMax, ...rest })
  const get = (path: string, { waitSeconds = 0, ...callOptions }: WaitOptions = {}) =>
    call('GET', path, callOptions, {
      headers: { prefer: `wait=${waitSeconds}` },
      silenceSecondsMax: silenceSecondsMax + waitSeconds,
    })
  const createRaw = async (body: string, { idempotencyKey, ...callOptions }: CreateOptions = {}) =>
    readBatch(
      await call('POST', '/v1/batches', callOptions, {
        body,
        headers: { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() },
        silenceSecondsMax: createSilenceSecondsMax,
      }),
    )
  return {
    batches: {
      create: (body, createOptions) => createRaw(JSON.stringify(body), createOptions),
      createRaw,
      get: async (id, wait) => readBatch(await get(pathOf(id), wait), id),
      results: async (id, wait) => readResults(await get(`${pathOf(id)}/results`, wait)),
      cancel: async (id, callOptions) =>
        readBatch(await call('POST', `${pathOf(id)}/cancel`, callOptions), id),
      delete: async (id, callOptions) => {
        await call('DELETE', pathOf(id), callOptions)
      },
    },
    models: { list: async (callOptions) => readModels(await call('GET', '/v1/models', callOptions)) },
  }
}

const pathOf = (id: string) => `/v1/batches/${encodeURIComponent(id)}`

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
