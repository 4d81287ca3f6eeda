import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A body as the provider receives it. */
export interface ReceivedChat {
  readonly model: string
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: unknown }>
  readonly [option: string]: unknown
}

/** A provider that keeps what it receives, and answers when the test says so. */
export interface FakeProvider {
  readonly url: string
  readonly received: ReceivedChat[]
  /** Of each call, in the same order. */
  readonly headers: IncomingHttpHeaders[]
  /** From now on calls wait for `release`. */
  hold(): void
  /** Answers the oldest calls that wait (all of them by default) … */
  release(count?: number): void
  /** … or those of them that the test picks … */
  releaseThose(isPicked: (chat: ReceivedChat) => boolean): void
  /** … and from now on every call at once. */
  open(): void
  /** From now on what says one of these words is refused with 400, and nothing else is. */
  refuse(...words: string[]): void
  /** Resolves once so many calls wait. */
  waiting(count: number): Promise<void>
  close(): Promise<void>
}

export const PROMPT_TOKENS = 100
export const COMPLETION_TOKENS = 23

export const startFakeProvider = async (): Promise<FakeProvider> => {
  const received: ReceivedChat[] = []
  const headers: IncomingHttpHeaders[] = []
  let held: Array<{ readonly chat: ReceivedChat; readonly reply: () => void }> = []
  let holding = false
  let refused: readonly string[] = []
  let wakes: Array<() => void> = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const chat: ReceivedChat = JSON.parse(Buffer.concat(chunks).toString())
    received.push(chat)
    headers.push(request.headers)
    const reply = (): void => {
      const said = JSON.stringify(chat.messages.at(-1)?.content)
      if (refused.some((word) => said.includes(word))) refuse(response)
      else answer(chat, response)
    }
    if (!holding) return reply()
    held.push({ chat, reply })
    for (const wake of wakes.splice(0)) wake()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const release = (count = held.length): void => {
    for (const { reply } of held.splice(0, count)) reply()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    headers,
    hold: () => {
      holding = true
    },
    release,
    releaseThose(isPicked) {
      const picked = held.filter(({ chat }) => isPicked(chat))
      held = held.filter(({ chat }) => !isPicked(chat))
      for (const { reply } of picked) reply()
    },
    open: () => {
      holding = false
      release()
    },
    refuse: (...words) => {
      refused = words
    },
    async waiting(count) {
      while (held.length < count) await new Promise<void>((resolve) => wakes.push(resolve))
    },
    close: () =>
      new Promise((resolve) => {
        wakes = []
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const REFUSAL = {
  error: {
    message: "Invalid 'messages': not this.",
    type: 'invalid_request_error',
    param: 'messages',
    code: 'invalid_value',
  },
}

const refuse = (response: ServerResponse): void => {
  response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(REFUSAL, null, 2))
}

/** The answer repeats what the user said, so that a swapped one is seen. */
const answer = (chat: ReceivedChat, response: ServerResponse): void => {
  const content = `re: ${JSON.stringify(chat.messages.at(-1)?.content)}`
  const body = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: chat.model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: PROMPT_TOKENS,
      completion_tokens: COMPLETION_TOKENS,
      total_tokens: PROMPT_TOKENS + COMPLETION_TOKENS,
      prompt_tokens_details: { cached_tokens: 10 },
    },
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body, null, 2))
}
