import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One call as a provider sees it: the test says what is answered, byte for byte, and when. */
export interface ScriptedCall {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** As it came. */
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
  /** A whole answer; an object is sent as JSON. */
  answer(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void
  /** The head of a stream of events. */
  begin(headers?: Readonly<Record<string, string>>): void
  /** A piece of the body; false where the connection is full. */
  write(bytes: string | Buffer): boolean
  drained(): Promise<void>
  end(): void
  /** Breaks the connection off. */
  reset(): void
  /** Resolves when the connection is gone before the answer was whole. */
  readonly left: Promise<void>
}

export interface ScriptedProvider {
  readonly url: string
  readonly calls: readonly ScriptedCall[]
  /** The next call that nobody has asked for yet. */
  next(): Promise<ScriptedCall>
  /** From now on every call is answered so, and `next` gets none. */
  always(reply: (call: ScriptedCall) => void): void
  close(): Promise<void>
}

export const startScriptedProvider = async (): Promise<ScriptedProvider> => {
  const calls: ScriptedCall[] = []
  const unseen: ScriptedCall[] = []
  const waiting: Array<(call: ScriptedCall) => void> = []
  let reply: ((call: ScriptedCall) => void) | undefined
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const call = scripted({ path: request.url ?? '', headers: request.headers, text }, response)
    calls.push(call)
    if (reply) return reply(call)
    const waiter = waiting.shift()
    if (waiter) waiter(call)
    else unseen.push(call)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    next() {
      const call = unseen.shift()
      return call ? Promise.resolve(call) : new Promise((resolve) => waiting.push(resolve))
    },
    always(given) {
      reply = given
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const scripted = (
  given: Pick<ScriptedCall, 'path' | 'headers' | 'text'>,
  response: ServerResponse,
): ScriptedCall => ({
  ...given,
  json: jsonOf(given),
  answer(status, body, headers = {}) {
    const isBytes = typeof body === 'string' || Buffer.isBuffer(body)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(isBytes ? body : JSON.stringify(body))
  },
  begin(headers = {}) {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
    response.flushHeaders()
  },
  write: (bytes) => response.write(bytes),
  drained: () => new Promise((resolve) => response.once('drain', resolve)),
  end: () => response.end(),
  reset: () => response.socket?.resetAndDestroy(),
  left: new Promise((resolve) => {
    response.once('close', () => {
      if (!response.writableFinished) resolve()
    })
  }),
})

const jsonOf = ({ path, headers, text }: Pick<ScriptedCall, 'path' | 'headers' | 'text'>) => {
  try {
    return JSON.parse(text)
  } catch (error) {
    const shown = `${path} ${JSON.stringify(headers)} ${JSON.stringify(text.slice(0, 2_000))}`
    throw new Error(`a call came whose body is no JSON: ${shown}`, { cause: error })
  }
}

export const USAGE = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 }

export const chatAnswer = (content: string, more: object = {}): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4.1-2025-04-14',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: USAGE,
  ...more,
})

/** An event of a chat's stream. */
export const chunk = (more: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4.1', ...more })}\n\n`

export const textChunk = (content: string): string =>
  chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }], usage: null })

export const stopChunk = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null })
export const usageChunk = chunk({ choices: [], usage: USAGE })
export const DONE = 'data: [DONE]\n\n'
