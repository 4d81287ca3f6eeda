import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '@sheepfold/gateway'

/** A provider that speaks Gemini's format alone, and keeps what it receives. */
export interface GeminiProvider {
  readonly url: string
  readonly received: unknown[]
  close(): Promise<void>
}

export const startGeminiProvider = async (): Promise<GeminiProvider> => {
  const received: unknown[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    received.push(JSON.parse(Buffer.concat(chunks).toString()))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ANSWER))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1beta`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const ANSWER = {
  candidates: [
    { content: { role: 'model', parts: [{ text: 'an answer' }] }, finishReason: 'STOP', index: 0 },
  ],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
  modelVersion: 'gemini-2.5-flash',
  responseId: 'r-1',
}

/** Moves a model to a provider that speaks Gemini's format. */
export const atGemini =
  (model: string, { url }: Pick<GeminiProvider, 'url'>) =>
  (config: Config): Config => ({
    ...config,
    deployments: config.deployments.map((deployment) =>
      deployment.model === model
        ? { ...deployment, provider: 'gemini', providerModel: 'gemini-2.5-flash', baseUrl: url }
        : deployment,
    ),
  })
