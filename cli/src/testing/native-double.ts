import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** A server of the native dialect in memory: what the command line talks to in its tests. */
export interface NativeDouble {
  readonly url: string
  readonly port: number
  /** Every create that arrived, those that were sent again too. */
  readonly creates: readonly SeenCreate[]
  readonly batches: readonly DoubleBatch[]
  /** Called with each request before it is handled; `true` breaks the connection instead. */
  before: (request: SeenRequest) => boolean
  /** Called when a request was handled and its answer not yet sent; `true` breaks the connection. */
  after: (request: SeenRequest) => boolean
  /** How often a batch is asked for before it is done; infinity keeps it running. */
  polls: number
  /** What becomes of a request. Default: it succeeds with `answer to ID: PROMPT`. */
  decide: (id: string) => 'succeeded' | 'failed' | 'missing'
  answer: (id: string, prompt: string) => string
  /** What a batch tells of its failures while it runs. */
  failedSoFar: number
  tellsCost: boolean
  /** What `GET /v1/models` lists. */
  models: readonly unknown[]
  /** How a batch that is done ends. */
  outcome: { status: 'completed' } | { status: 'failed'; error: { error: string; message: string } }
  /** Answers every create with this status and body. */
  refuse: { status: number; body: unknown } | undefined
  forget(batchId: string): void
  /** Ids in the order in which batches were made of them, one entry each time. */
  idsTaken(): string[]
  close(): Promise<void>
}

interface SeenRequest {
  readonly kind: 'models' | 'create' | 'get' | 'results' | 'cancel' | 'other'
  readonly number: number
}

interface SeenCreate {
  readonly key: string
  readonly body: string
  readonly batchId: string
}

interface DoubleBatch {
  readonly id: string
  readonly key: string
  readonly body: string
  readonly items: readonly { readonly id: string; readonly prompt: string }[]
  polled: number
  cancelled: boolean
}

export const goodKey = 'sk-holysheep-double'

export const startNativeDouble = async (apiKey: string = goodKey): Promise<NativeDouble> => {
  const batches = new Map<string, DoubleBatch>()
  const creates: SeenCreate[] = []
  const taken: string[] = []
  let requests = 0

  const create = (request: IncomingMessage, body: string): Reply => {
    if (double.refuse) return [double.refuse.status, double.refuse.body]
    const key = String(request.headers['idempotency-key'])
    const known = [...batches.values()].find((batch) => batch.key === key)
    if (known && known.body !== body) return [422, { error: 'idempotency_conflict', message: 'another body' }]
    const items = known?.items ?? itemsOf(JSON.parse(body))
    if (items.length > 1000)
      return [413, { error: 'batch_size_exceeded', max_allowed: 1000, received: items.length }]
    const batch = known ?? { id: `batch_${batches.size + 1}`, key, body, items, polled: 0, cancelled: false }
    creates.push({ key, body, batchId: batch.id })
    if (!known) taken.push(...items.map(({ id }) => id))
    batches.set(batch.id, batch)
    return [200, stateOf(batch)]
  }

  const isDone = (batch: DoubleBatch) => batch.cancelled || batch.polled >= double.polls

  const outcomeOf = (batch: DoubleBatch) =>
    batch.cancelled && batch.polled < double.polls
      ? { status: 'failed', error: { error: 'cancelled', message: 'The batch was cancelled' } }
      : double.outcome

  const stateOf = (batch: DoubleBatch) => {
    const total = batch.items.length
    const succeeded = batch.items.filter(({ id }) => double.decide(id) === 'succeeded').length
    const done = isDone(batch)
    return {
      batch_id: batch.id,
      id: batch.id,
      ...(done ? { error: null, ...outcomeOf(batch) } : { status: 'in_progress', error: null }),
      progress: done ? 100 : 0,
      counts: {
        total,
        succeeded: done ? succeeded : 0,
        failed: done ? total - succeeded : double.failedSoFar,
      },
      usage: { prompt_tokens: 2 * succeeded, completion_tokens: succeeded, total_tokens: 3 * succeeded },
      cost: double.tellsCost
        ? {
            currency: 'USD',
            batch: usd(2 * succeeded),
            real_time: usd(8 * succeeded),
            saved: usd(6 * succeeded),
          }
        : null,
      created_at: '2026-01-01T00:00:00.000Z',
      ended_at: done ? '2026-01-01T00:00:04.000Z' : null,
      latency: done ? { mean_ms: 300, p99_ms: 400 } : null,
      waiting: null,
      losses: [],
    }
  }

  const resultsOf = (batch: DoubleBatch) => {
    const done = isDone(batch)
    const results = done ? batch.items.flatMap(resultOf) : []
    return { ...(done ? outcomeOf(batch) : { status: 'in_progress' }), results, data: results }
  }

  const resultOf = ({ id, prompt }: DoubleBatch['items'][number], index: number) => {
    const status = double.decide(id)
    if (status === 'missing') return []
    const good = status === 'succeeded'
    const error = good ? null : { code: 'context_length_exceeded', message: 'too long' }
    const usage = good ? { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3, cached_tokens: 0 } : null
    return [{ custom_id: id, index, status, output: good ? double.answer(id, prompt) : null, usage, error }]
  }

  const handle = (kind: SeenRequest['kind'], request: IncomingMessage, body: string): Reply => {
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      return [401, { error: 'unauthorized', message: 'Invalid or expired API key' }]
    if (kind === 'models') return [200, { object: 'list', data: double.models }]
    if (kind === 'create') return create(request, body)
    const batch = batches.get((request.url ?? '').split('/')[3] ?? '')
    if (!batch) return [404, { error: 'not_found', message: 'No such batch' }]
    if (kind === 'cancel') batch.cancelled = true
    if (kind === 'get') batch.polled++
    return [200, kind === 'results' ? resultsOf(batch) : stateOf(batch)]
  }

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const body = await textOf(request)
    const seen = { kind: kindOf(request), number: ++requests }
    const cut = () => void request.socket.destroy()
    if (double.before(seen)) return cut()
    const [status, answer] = handle(seen.kind, request, body)
    if (double.after(seen)) return cut()
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const double: NativeDouble = {
    url: `http://127.0.0.1:${port}`,
    port,
    creates,
    get batches() {
      return [...batches.values()]
    },
    before: () => false,
    after: () => false,
    polls: 1,
    decide: () => 'succeeded',
    answer: (id, prompt) => `answer to ${id}: ${prompt}`,
    failedSoFar: 0,
    tellsCost: true,
    models: [{ id: 'batch-4.1', owned_by: 'sheepfold', prices }],
    outcome: { status: 'completed' },
    refuse: undefined,
    forget: (id) => batches.delete(id),
    idsTaken: () => [...taken],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return double
}

const perToken = { input: '2.00', cached_input: '2.00', cache_write: '2.00', output: '2.00' }
const prices = { currency: 'USD', per: 1_000_000, list: perToken, batch: perToken }

type Reply = readonly [status: number, body: unknown]

const usd = (micros: number) => (micros / 1_000_000).toFixed(6)

const textOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

const kindOf = ({ method, url = '' }: IncomingMessage): SeenRequest['kind'] => {
  const path = url.split('/').slice(1)
  if (method === 'GET' && url === '/v1/models') return 'models'
  if (method === 'POST' && url === '/v1/batches') return 'create'
  if (method === 'GET' && path.length === 3) return 'get'
  if (method === 'GET' && path[3] === 'results') return 'results'
  if (method === 'POST' && path[3] === 'cancel') return 'cancel'
  return 'other'
}

interface Wire {
  readonly tasks?: readonly { readonly custom_id: string; readonly prompt: string }[]
  readonly input?: readonly { readonly content: { readonly id: string; readonly content: string } }[]
}

const itemsOf = ({ tasks = [], input = [] }: Wire) => [
  ...tasks.map(({ custom_id, prompt }) => ({ id: custom_id, prompt })),
  ...input.map(({ content }) => ({ id: content.id, prompt: content.content })),
]
