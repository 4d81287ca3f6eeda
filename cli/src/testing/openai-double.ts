import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** OpenAI's files and batches in memory: what the command line talks to in its tests. */
export interface OpenAiDouble {
  readonly url: string
  readonly batches: readonly DoubleBatch[]
  readonly files: ReadonlyMap<string, DoubleFile>
  /** Called with each request before it is handled; `true` breaks the connection instead. */
  before: (request: SeenRequest) => boolean
  /** Called when a request was handled and its answer not yet sent; `true` breaks the connection. */
  after: (request: SeenRequest) => boolean
  /** How often a batch is asked for before it is done; infinity keeps it running. */
  polls: number
  /** What becomes of a line. Default: it succeeds with `answer to ID: PROMPT`. */
  decide: (id: string) => 'succeeded' | 'refused' | 'expired' | 'missing'
  /** Text of an answer. */
  answer: (id: string, prompt: string) => string
  /** So many bytes of the next downloads are sent before the connection breaks. */
  breakDownloadsAfter: number[]
  /** Ends every batch that is made from now on as `failed`, with this error. */
  reject: { readonly code: string; readonly message: string; readonly line: number | null } | undefined
  /** Ids in the order in which batches were made of them, one entry each time. */
  idsTaken(): string[]
  close(): Promise<void>
}

export interface SeenRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly number: number
}

interface DoubleFile {
  readonly id: string
  readonly filename: string
  readonly purpose: string
  readonly content: string
}

interface DoubleBatch {
  readonly id: string
  readonly inputFileId: string
  readonly endpoint: string
  readonly metadata: unknown
  readonly lines: readonly Line[]
  polled: number
  cancelled: boolean
  outputFileId: string | null
  errorFileId: string | null
}

interface Line {
  readonly custom_id: string
  readonly method: string
  readonly url: string
  readonly body: { readonly model: string; readonly messages: readonly { role: string; content: string }[] }
}

type Reply = readonly [status: number, body: unknown]

export const openAiKey = 'sk-double'

const refusal = (
  status: number,
  message: string,
  code: string | null = null,
  param: string | null = null,
): Reply => [status, { error: { message, type: 'invalid_request_error', param, code } }]

export const startOpenAiDouble = async (): Promise<OpenAiDouble> => {
  const files = new Map<string, DoubleFile>()
  const batches = new Map<string, DoubleBatch>()
  const taken: string[] = []
  let requests = 0

  const store = (filename: string, purpose: string, content: string): DoubleFile => {
    const file = { id: `file-${files.size + 1}`, filename, purpose, content }
    files.set(file.id, file)
    return file
  }

  const fileJson = ({ id, filename, purpose, content }: DoubleFile) => ({
    id,
    object: 'file',
    bytes: Buffer.byteLength(content),
    created_at: 1_787_176_071,
    expires_at: 1_789_768_071,
    filename,
    purpose,
    status: 'processed',
    status_details: null,
  })

  const upload = async (request: IncomingMessage, body: Buffer): Promise<Reply> => {
    const headers = { 'content-type': request.headers['content-type'] ?? '' }
    const form = await new Response(new Uint8Array(body), { headers }).formData()
    const file = form.get('file')
    const purpose = form.get('purpose')
    if (!(file instanceof File)) return refusal(400, "Missing required parameter: 'file'.", null, 'file')
    if (purpose === 'batch' && !file.name.endsWith('.jsonl'))
      return refusal(400, 'Invalid file format for Batch API. Must be .jsonl')
    return [200, fileJson(store(file.name, String(purpose), await file.text()))]
  }

  const create = (body: string): Reply => {
    const order: {
      input_file_id?: string
      endpoint?: string
      completion_window?: string
      metadata?: unknown
    } = JSON.parse(body)
    for (const name of ['input_file_id', 'endpoint', 'completion_window'] as const)
      if (order[name] === undefined)
        return refusal(400, `Missing required parameter: '${name}'.`, 'missing_required_parameter', name)
    const file = files.get(order.input_file_id ?? '')
    if (!file) return refusal(404, `No such File object: ${order.input_file_id}`)
    const lines = file.content
      .trimEnd()
      .split('\n')
      .map((line): Line => JSON.parse(line))
    const batch: DoubleBatch = {
      id: `batch_${batches.size + 1}`,
      inputFileId: file.id,
      endpoint: order.endpoint ?? '',
      metadata: order.metadata ?? null,
      lines,
      polled: 0,
      cancelled: false,
      outputFileId: null,
      errorFileId: null,
    }
    batches.set(batch.id, batch)
    taken.push(...lines.map(({ custom_id }) => custom_id))
    return [200, batchJson(batch)]
  }

  const faultOf = ({ lines, endpoint }: DoubleBatch) => {
    if (double.reject) return double.reject
    if (lines.length > 50_000) return { code: 'too_many_tasks', message: 'more than 50,000', line: null }
    const at = lines.findIndex(({ url, method }) => url !== endpoint || method !== 'POST')
    if (at !== -1) return { code: 'url_mismatch', message: 'another url', line: at + 1 }
    const models = new Set(lines.map(({ body }) => body.model))
    if (models.size > 1) return { code: 'model_mismatch', message: 'two models', line: null }
    const ids = new Set(lines.map(({ custom_id }) => custom_id))
    return ids.size < lines.length ? { code: 'duplicate_custom_id', message: 'twice', line: null } : undefined
  }

  const statusOf = (batch: DoubleBatch): string => {
    if (batch.polled === 0) return 'validating'
    if (faultOf(batch)) return 'failed'
    if (batch.cancelled)
      return batch.outputFileId === null && batch.errorFileId === null ? 'cancelling' : 'cancelled'
    if (batch.polled < double.polls) return 'in_progress'
    return batch.lines.some(({ custom_id }) => double.decide(custom_id) === 'expired')
      ? 'expired'
      : 'completed'
  }

  /** Files are written once, in an order that is not that of the input. */
  const finish = (batch: DoubleBatch) => {
    const outputs: string[] = []
    const errors: string[] = []
    for (const line of batch.lines.toReversed()) {
      const fate =
        batch.cancelled && batch.polled < double.polls ? 'cancelled' : double.decide(line.custom_id)
      if (fate === 'succeeded') outputs.push(answerLine(line, double.answer))
      else if (fate !== 'missing') errors.push(errorLine(line, fate))
    }
    const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')
    if (outputs.length > 0) batch.outputFileId = store('output.jsonl', 'batch_output', text(outputs)).id
    if (errors.length > 0) batch.errorFileId = store('error.jsonl', 'batch_output', text(errors)).id
  }

  const look = (batch: DoubleBatch): Reply => {
    batch.polled++
    const isOver = batch.polled >= double.polls || batch.cancelled
    if (isOver && !faultOf(batch) && batch.outputFileId === null && batch.errorFileId === null) finish(batch)
    return [200, batchJson(batch)]
  }

  const batchJson = (batch: DoubleBatch) => {
    const status = statusOf(batch)
    const ended = ['completed', 'failed', 'expired', 'cancelled'].includes(status)
    const count = (fate: string) =>
      ended && status !== 'failed'
        ? batch.lines.filter(({ custom_id }) => double.decide(custom_id) === fate).length
        : 0
    const fault = status === 'failed' ? faultOf(batch) : undefined
    const completed = status === 'cancelled' ? 0 : count('succeeded')
    return {
      id: batch.id,
      object: 'batch',
      endpoint: batch.endpoint,
      errors: fault ? { object: 'list', data: [{ ...fault, param: null }] } : null,
      input_file_id: batch.inputFileId,
      completion_window: '24h',
      status,
      output_file_id: ended ? batch.outputFileId : null,
      error_file_id: ended ? batch.errorFileId : null,
      created_at: 1_711_471_533,
      [`${status}_at`]: 1_711_471_537,
      request_counts: {
        total: status === 'validating' ? 0 : batch.lines.length,
        completed,
        failed: count('refused'),
      },
      usage: { input_tokens: 2 * completed, output_tokens: completed, total_tokens: 3 * completed },
      metadata: batch.metadata,
    }
  }

  const list = <T extends { readonly id: string }>(
    all: readonly T[],
    url: URL,
    json: (each: T) => unknown,
  ): Reply => {
    const newestFirst = all.toReversed()
    const after = url.searchParams.get('after')
    const start = after === null ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1
    const page = newestFirst.slice(start, start + Number(url.searchParams.get('limit') ?? 20))
    return [200, { object: 'list', data: page.map(json), has_more: start + page.length < all.length }]
  }

  const handleFile = (method: string, id: string, what: string | undefined): Reply | string => {
    const file = files.get(id)
    if (!file) return refusal(404, `No such File object: ${id}`)
    if (what === 'content') return file.content
    if (method !== 'DELETE') return [200, fileJson(file)]
    files.delete(id)
    return [200, { id, object: 'file', deleted: true }]
  }

  const handleBatch = (method: string, id: string, what: string | undefined): Reply => {
    const batch = batches.get(id)
    if (!batch) return refusal(404, `No batch found with id '${id}'.`)
    if (method === 'GET' && what === undefined) return look(batch)
    if (what !== 'cancel') return refusal(404, 'Invalid URL')
    batch.cancelled = true
    return [200, batchJson(batch)]
  }

  const handle = async (request: IncomingMessage, url: URL, body: Buffer): Promise<Reply | string> => {
    const method = request.method ?? ''
    const [, , kind = '', id, what] = url.pathname.split('/')
    if (request.headers.authorization !== `Bearer ${openAiKey}`)
      return refusal(401, 'Incorrect API key provided.', 'invalid_api_key')
    if (kind === 'models')
      return [
        200,
        { object: 'list', data: [{ id: 'gpt-4.1', object: 'model', created: 1, owned_by: 'system' }] },
      ]
    if (kind === 'files' && id === undefined)
      return method === 'POST' ? upload(request, body) : list([...files.values()], url, fileJson)
    if (kind === 'files') return handleFile(method, id ?? '', what)
    if (kind === 'batches' && id === undefined)
      return method === 'POST' ? create(body.toString()) : list([...batches.values()], url, batchJson)
    return kind === 'batches' ? handleBatch(method, id ?? '', what) : refusal(404, 'Invalid URL')
  }

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const url = new URL(request.url ?? '', 'http://double')
    const seen = { method: request.method ?? '', path: url.pathname, number: ++requests }
    if (double.before(seen)) return void request.socket.destroy()
    const answer = await handle(request, url, Buffer.concat(pieces))
    if (double.after(seen)) return void request.socket.destroy()
    if (typeof answer !== 'string') {
      response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]))
      return
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    const cut = double.breakDownloadsAfter.shift()
    if (cut === undefined) response.end(answer)
    else response.write(answer.slice(0, cut), () => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()

  const double: OpenAiDouble = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    files,
    get batches() {
      return [...batches.values()]
    },
    before: () => false,
    after: () => false,
    polls: 2,
    decide: () => 'succeeded',
    answer: (id, prompt) => `answer to ${id}: ${prompt}`,
    breakDownloadsAfter: [],
    reject: undefined,
    idsTaken: () => [...taken],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return double
}

const answerLine = ({ custom_id, body }: Line, answer: OpenAiDouble['answer']): string =>
  JSON.stringify({
    id: `batch_req_${custom_id}`,
    custom_id,
    response: {
      status_code: 200,
      request_id: 'req_1',
      body: {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        model: `${body.model}-2025-04-14`,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: answer(custom_id, body.messages.at(-1)?.content ?? '') },
            finish_reason: 'stop',
          },
        ],
        usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
      },
    },
    error: null,
  })

const errorLine = ({ custom_id }: Line, fate: 'refused' | 'expired' | 'cancelled'): string => {
  const id = `batch_req_${custom_id}`
  if (fate !== 'refused') {
    const message = 'This request could not be executed before the completion window expired.'
    return JSON.stringify({ id, custom_id, response: null, error: { code: `batch_${fate}`, message } })
  }
  const error = {
    message: 'too long',
    type: 'invalid_request_error',
    param: null,
    code: 'context_length_exceeded',
  }
  return JSON.stringify({
    id,
    custom_id,
    response: { status_code: 400, request_id: 'req_1', body: { error } },
    error: null,
  })
}
