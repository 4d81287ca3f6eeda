import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A provider that says the mark in everything that it answers, each model in another way. */
export interface MarkingProvider {
  readonly url: string
  /** How often each model was asked for. */
  asked(model: string): number
  close(): Promise<void>
}

export const startMarkingProvider = async (mark: string): Promise<MarkingProvider> => {
  const counts = new Map<string, number>()
  const answers = answersWith(mark)
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { model }: { model: string } = JSON.parse(Buffer.concat(chunks).toString())
    counts.set(model, (counts.get(model) ?? 0) + 1)
    const answer = answers[model] ?? answers.good
    answer?.(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: (model) => counts.get(model) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const answersWith = (mark: string): Readonly<Record<string, (response: ServerResponse) => void>> => {
  const error = { error: { message: `${mark}\n{"level":60}`, type: mark, param: mark, code: mark } }
  const json = (status: number, body: object) => (response: ServerResponse) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', 'x-request-id': mark })
      .end(JSON.stringify(body))
  return {
    good: json(200, {
      id: mark,
      object: 'chat.completion',
      created: 1,
      model: mark,
      choices: [{ index: 0, message: { role: 'assistant', content: mark }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }),
    'refuses-the-key': json(401, error),
    'refuses-the-request': json(400, error),
    fails: json(500, error),
    throttles: json(429, error),
    'breaks-json': (response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(`{"choices": ${mark}`),
    'breaks-http': (response) => void response.socket?.end(`HTTP/1.1 ${mark}\r\n\r\n`),
  }
}
