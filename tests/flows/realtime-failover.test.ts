import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { openaiOf, refusalOf } from '../support/openai.ts'
import {
  chatAnswer,
  DONE,
  type ScriptedCall,
  type ScriptedProvider,
  startScriptedProvider,
  stopChunk,
  textChunk,
  usageChunk,
} from '../support/scripted-provider.ts'

let first: ScriptedProvider
let second: ScriptedProvider
let server: TestGateway

/** The second stands in for the first, which has all the calls while it is open. */
beforeEach(async () => {
  first = await startScriptedProvider()
  second = await startScriptedProvider()
  server = await openGateway({
    provider: first.url,
    adapt: (config) => ({
      ...config,
      deployments: [
        ...config.deployments,
        ...config.deployments.map((each) => ({
          ...each,
          id: `second/${each.model}`,
          baseUrl: `${second.url}/v1`,
          weight: 0,
        })),
      ],
    }),
  })
})

afterEach(async () => {
  await server.stop()
  await first.close()
  await second.close()
})

const chat = { model: 'gpt-4.1', messages: [{ role: 'user' as const, content: 'hi' }] }
const ask = (body: object = chat) => call(`${server.url}/v1/chat/completions`, { key: server.key, body })

const refusing =
  (status: number, error: object, headers = {}) =>
  (received: ScriptedCall): void =>
    received.answer(status, { error }, headers)

const answering = (received: ScriptedCall): void => received.answer(200, chatAnswer('from the second'))

describe('a call whose deployment fails before the first byte', () => {
  it.each([
    ['is throttled', refusing(429, { message: 'slow down', code: 'rate_limit_exceeded' })],
    ['is overloaded', refusing(503, { message: 'full' })],
    ['fails', refusing(500, { message: 'oops' })],
    ['refuses our key', refusing(401, { message: 'bad key', code: 'invalid_api_key' })],
    ['lacks the model', refusing(404, { message: 'none', code: 'model_not_found' })],
    ['breaks off', (received: ScriptedCall) => received.reset()],
    ['answers with what is no answer', (received: ScriptedCall) => received.answer(200, 'hello')],
  ])('is answered by another: the first one %s', async (_what, reply) => {
    first.always(reply)
    second.always(answering)
    expect(await ask()).toMatchObject({ status: 200, text: JSON.stringify(chatAnswer('from the second')) })
    expect(first.calls).toHaveLength(1)
    expect(second.calls[0]?.text).toBe(first.calls[0]?.text)
  })

  it('is answered by another also as a stream, where nothing of it was passed on', async () => {
    first.always((received) => {
      received.begin()
      received.reset()
    })
    second.always((received) => {
      received.begin()
      received.write(textChunk('from the second') + stopChunk + usageChunk + DONE)
      received.end()
    })
    const texts: unknown[] = []
    for await (const event of await openaiOf(server).chat.completions.create({ ...chat, stream: true })) {
      texts.push(event.choices[0]?.delta.content)
    }
    expect(texts).toEqual(['from the second', undefined])
  })

  it('is not made twice where the request is at fault, or once something was passed on', async () => {
    first.always((received) => {
      if (received.json.stream !== true) return received.answer(400, { error: { message: 'not this' } })
      received.begin()
      received.write(textChunk('one'))
      // What was written goes out before the connection breaks.
      setImmediate(() => received.reset())
    })
    second.always(answering)
    expect((await ask()).status).toBe(400)
    const broken = await ask({ ...chat, stream: true })
    expect(broken.text).toMatch(/"code":"stream_broken"\}\}\n\n$/)
    expect(second.calls).toEqual([])
  })
})

describe('a call whose deployments all fail', () => {
  it("gets the last provider's own error, and how long it asks to wait", async () => {
    const throttled = refusing(
      429,
      { message: 'slow down', code: 'rate_limit_exceeded' },
      { 'retry-after': '77' },
    )
    first.always(throttled)
    second.always(throttled)
    const answer = await ask()
    expect(answer).toMatchObject({ status: 429, json: { error: { message: 'slow down' } } })
    expect(answer.headers.get('retry-after')).toBe('77')
    // They rest for longer than a call waits: the next one is told at once, and nothing is sent.
    const calls = first.calls.length + second.calls.length
    const next = await ask()
    expect(next).toMatchObject({ status: 429, json: { error: { code: 'too_busy' } } })
    expect(Number(next.headers.get('retry-after'))).toBeGreaterThan(60)
    expect(first.calls.length + second.calls.length).toBe(calls)
  })

  it.each([
    [401, { message: 'bad key sk-…', code: 'invalid_api_key' }, 'bad key sk-…'],
    [402, { message: 'pay first' }, 'pay first'],
    [404, { message: 'no such deployment', code: 'model_not_found' }, 'no such deployment'],
  ])('is not told that the fault of our deployments (%i) is its own', async (status, error, words) => {
    first.always(refusing(status, error))
    second.always(refusing(status, error))
    const answer = await ask()
    expect(answer).toMatchObject({
      status: 503,
      json: { error: { type: 'server_error', code: 'deployment_unavailable', param: null } },
    })
    expect(answer.text).toContain(words)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    const refused = await refusalOf(openaiOf(server).chat.completions.create(chat, { maxRetries: 0 }))
    expect(refused).toMatchObject({ status: 503, code: 'deployment_unavailable' })
  })
})
