import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resultsOf } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { atGemini, type GeminiProvider, startGeminiProvider } from '../support/gemini-provider.ts'
import { call } from '../support/http.ts'
import { CHAT } from '../support/openai.ts'

/** Pictures by URL, for a provider that wants them in the request. */

const MODEL = 'gpt-4.1'
const PNG = Buffer.from('89504e470d0a1a0a00', 'hex')

let gemini: GeminiProvider
let pictures: Server
let url: string
let asked: string[]
let server: TestGateway

beforeEach(async () => {
  gemini = await startGeminiProvider()
  asked = []
  pictures = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/inside') return response.writeHead(302, { location: 'http://10.1.2.3/' }).end()
    const isPicture = request.url === '/picture'
    return response
      .writeHead(200, { 'content-type': isPicture ? 'image/png' : 'text/html' })
      .end(isPicture ? PNG : Buffer.alloc(2 * 1_048_576, 'x'))
  })
  await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}`
})

afterEach(async () => {
  await server.stop()
  pictures.close()
  pictures.closeAllConnections()
  await gemini.close()
})

const open = async (allowedHosts: readonly string[]): Promise<void> => {
  const adapt = atGemini(MODEL, gemini)
  server = await openGateway({
    provider: gemini.url,
    adapt: (config) => ({
      ...adapt(config),
      webhooks: { ...config.webhooks, allowedHosts },
      translation: {
        ...config.translation,
        media: { ...config.translation.media, bytesMax: 1_048_576 },
      },
    }),
  })
}

const content = (path: string) => [
  { type: 'text', text: 'what is it?' },
  { type: 'image_url', image_url: { url: `${url}${path}` } },
]

describe('a picture by URL', () => {
  it('is fetched once for all requests of a batch, and sent with each', async () => {
    await open(['127.0.0.1'])
    const tasks = Array.from({ length: 30 }, () => ({ prompt: content('/picture') }))
    const { results } = await resultsOf(server, { model: MODEL, tasks })
    expect(results.map(({ status }) => status)).toEqual(Array(30).fill('succeeded'))
    expect(asked).toEqual(['/picture'])
    expect(gemini.received).toHaveLength(30)
    const sent = { inlineData: { mimeType: 'image/png', data: PNG.toString('base64') } }
    expect(JSON.stringify(gemini.received[29])).toContain(JSON.stringify(sent))
  })

  it('is not fetched from this network, and the request says so', async () => {
    await open([])
    const { results } = await resultsOf(server, { model: MODEL, tasks: [{ prompt: content('/picture') }] })
    expect(results).toMatchObject([
      {
        status: 'failed',
        error: { code: 'media_unreachable', message: expect.stringContaining('is not called from here') },
      },
    ])
    expect([asked, gemini.received]).toEqual([[], []])
  })

  it.each([
    ['/inside', 'is not called from here'],
    ['/page', 'it is larger than 1 MiB'],
  ])('that leads to %s fails its request', async (path, message) => {
    await open(['127.0.0.1'])
    const { results } = await resultsOf(server, { model: MODEL, tasks: [{ prompt: content(path) }] })
    expect(results).toMatchObject([
      { status: 'failed', error: { message: expect.stringContaining(message) } },
    ])
    expect(gemini.received).toEqual([])
  })

  it('is fetched for an ordinary call too', async () => {
    await open(['127.0.0.1'])
    const body = { model: MODEL, messages: [{ role: 'user', content: content('/picture') }] }
    for (const _ of [1, 2]) {
      expect((await call(`${server.url}${CHAT}`, { key: server.key, body })).status).toBe(200)
    }
    expect(asked).toHaveLength(2)
    const bad = { ...body, messages: [{ role: 'user', content: content('/page') }] }
    const { status, json } = await call(`${server.url}${CHAT}`, { key: server.key, body: bad })
    expect([status, JSON.stringify(json)]).toEqual([400, expect.stringContaining('larger than 1 MiB')])
  })
})
