import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from './wait.ts'

/** One POST as a receiver of webhooks got it. */
export interface ReceivedEvent {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** As it came, to verify its signature. */
  readonly raw: string
  readonly id: string
  readonly type: string
  readonly batch: string
}

/** How it is answered. */
export interface ReceiverAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A receiver of webhooks that keeps what it gets. */
export interface Receiver {
  readonly url: string
  readonly port: number
  readonly received: ReceivedEvent[]
  /** From now on it answers so; 204 to everything before that. */
  answerWith(answer: (event: ReceivedEvent, nth: number) => ReceiverAnswer): void
  /** Waits until it has got so many … */
  got(count: number): Promise<readonly ReceivedEvent[]>
  /** … or an event of this type of a batch. */
  gotType(type: string, batch?: string): Promise<ReceivedEvent>
  close(): Promise<void>
}

export const startReceiver = async (): Promise<Receiver> => {
  const received: ReceivedEvent[] = []
  let answer: (event: ReceivedEvent, nth: number) => ReceiverAnswer = () => ({ status: 204 })
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const event = readEvent(request.url ?? '', request.headers, Buffer.concat(chunks).toString())
    received.push(event)
    reply(response, answer(event, received.length))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const isOf = (type: string, batch: string | undefined) => (event: ReceivedEvent) =>
    event.type === type && (batch === undefined || event.batch === batch)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    answerWith(next) {
      answer = next
    },
    got: (count) => until(`${count} events`, () => (received.length >= count ? received : undefined)),
    gotType: (type, batch) => until(`a ${type}`, () => received.find(isOf(type, batch))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const reply = (response: ServerResponse, { status, headers = {} }: ReceiverAnswer): void => {
  response.writeHead(status, headers).end()
}

/** What is for Slack has neither type nor batch. */
const readEvent = (path: string, headers: IncomingHttpHeaders, raw: string): ReceivedEvent => {
  const { type = '', data = {} } = JSON.parse(raw) as { type?: string; data?: { id?: string } }
  return { path, headers, raw, id: String(headers['webhook-id']), type, batch: data.id ?? '' }
}
