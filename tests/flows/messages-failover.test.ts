import Anthropic from '@anthropic-ai/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anthropicOf, refusalOf } from '../support/anthropic.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import {
  END,
  errorAnswer,
  event,
  messageAnswer,
  START,
  speaksAnthropic,
  textDelta,
} from '../support/scripted-anthropic.ts'
import {
  type ScriptedCall,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'

let first: ScriptedProvider
let second: ScriptedProvider
let server: TestGateway
let anthropic: Anthropic

/** The second stands in for the first, which has all the calls while it is open. */
beforeEach(async () => {
  first = await startScriptedProvider()
  second = await startScriptedProvider()
  server = await openGateway({
    provider: first.url,
    adapt: (config) => {
      const { deployments, ...rest } = speaksAnthropic(config)
      const standbys = deployments.map((each) => ({
        ...each,
        id: `second/${each.model}`,
        baseUrl: `${second.url}/v1`,
        weight: 0,
      }))
      return { ...rest, deployments: [...deployments, ...standbys] }
    },
  })
  anthropic = anthropicOf(server)
})

afterEach(async () => {
  await server.stop()
  await first.close()
  await second.close()
})

const message = {
  model: 'batch-pro',
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'hi' }],
}

const once = { maxRetries: 0 }

const refusing =
  (status: number, type: string, headers = {}) =>
  (received: ScriptedCall): void =>
    received.answer(status, errorAnswer(type, `it says ${type}`), headers)

const answering = (received: ScriptedCall): void => received.answer(200, messageAnswer('from the second'))

describe('a message whose deployment fails before the first byte', () => {
  it.each([
    ['is throttled', refusing(429, 'rate_limit_error')],
    ['is overloaded', refusing(529, 'overloaded_error')],
    ['fails', refusing(500, 'api_error')],
    ['refuses our key', refusing(401, 'authentication_error')],
    ['breaks off', (received: ScriptedCall) => received.reset()],
    ['answers with what is no answer', (received: ScriptedCall) => received.answer(200, 'hello')],
  ])('is answered by another: the first one %s', async (_what, reply) => {
    first.always(reply)
    second.always(answering)
    expect((await anthropic.messages.create(message, once)).content).toMatchObject([
      { text: 'from the second' },
    ])
    expect(first.calls).toHaveLength(1)
    expect(second.calls[0]?.text).toBe(first.calls[0]?.text)
    expect(second.calls[0]?.headers['anthropic-version']).toBe('2026-10-21')
  })

  it('is answered by another also as a stream, where nothing of it was passed on', async () => {
    first.always((received) => {
      received.begin()
      received.reset()
    })
    second.always((received) => {
      received.begin()
      received.write(START + textDelta('from the second') + END)
      received.end()
    })
    const final = await anthropic.messages.stream(message, once).finalMessage()
    expect(final.content).toMatchObject([{ text: 'from the second' }])
  })

  it('is answered by another where its stream is nothing but an error', async () => {
    first.always((received) => {
      received.begin()
      received.write(event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }))
      received.end()
    })
    second.always((received) => {
      received.begin()
      received.write(START + textDelta('from the second') + END)
      received.end()
    })
    const final = await anthropic.messages.stream(message, once).finalMessage()
    expect(final.content).toMatchObject([{ text: 'from the second' }])
  })

  it('is not made twice where the request is at fault, or once something was passed on', async () => {
    first.always((received) => {
      if (received.json.stream !== true) return refusing(400, 'invalid_request_error')(received)
      received.begin()
      received.write(START + textDelta('one'))
      // What was written goes out before the connection breaks.
      setImmediate(() => received.reset())
    })
    second.always(answering)
    expect(await refusalOf(anthropic.messages.create(message, once))).toMatchObject({ status: 400 })
    const broken = await refusalOf(anthropic.messages.stream(message, once).finalMessage())
    expect(broken).toMatchObject({ errorCode: 'stream_broken' })
    expect(second.calls).toEqual([])
  })
})

describe('a message whose deployments all fail', () => {
  it("gets the last provider's own error, and how long it asks to wait", async () => {
    first.always(refusing(429, 'rate_limit_error', { 'retry-after': '77' }))
    second.always(refusing(429, 'rate_limit_error', { 'retry-after': '77' }))
    const throttled = await refusalOf(anthropic.messages.create(message, once))
    expect(throttled).toBeInstanceOf(Anthropic.RateLimitError)
    expect(throttled).toMatchObject({ type: 'rate_limit_error', apiMessage: 'it says rate_limit_error' })
    expect(throttled.headers?.get('retry-after')).toBe('77')
    // They rest for longer than a call waits: the next one is told at once, and nothing is sent.
    const calls = first.calls.length + second.calls.length
    const next = await refusalOf(anthropic.messages.create(message, once))
    expect(next).toMatchObject({ status: 429, type: 'rate_limit_error', errorCode: 'too_busy' })
    expect(first.calls.length + second.calls.length).toBe(calls)
  })

  it.each([
    [408, Anthropic.RequestTimeoutError, 'invalid_request_error'],
    [409, Anthropic.ConflictError, 'conflict_error'],
    [500, Anthropic.InternalServerError, 'api_error'],
    [503, Anthropic.ServiceUnavailableError, 'api_error'],
    [504, Anthropic.GatewayTimeoutError, 'timeout_error'],
    [529, Anthropic.OverloadedError, 'overloaded_error'],
  ])("has the client throw the class of the last one's error: %i", async (status, kind, type) => {
    first.always(refusing(status, type))
    second.always(refusing(status, type))
    const refused = await refusalOf(anthropic.messages.create(message, once))
    expect(refused).toBeInstanceOf(kind)
    expect(refused).toMatchObject({ status, type })
    expect(refused.message).toContain(`it says ${type}`)
  })

  it('is tried again by the client too, where that may help', async () => {
    let asked = 0
    const failing = (received: ScriptedCall): void => {
      asked += 1
      if (asked <= 4) received.answer(529, errorAnswer('overloaded_error', 'busy'))
      else received.answer(200, messageAnswer('at last'))
    }
    first.always(failing)
    second.always(failing)
    expect((await anthropic.messages.create(message)).content).toEqual([{ type: 'text', text: 'at last' }])
    expect(asked).toBe(5)
  })

  it('is not told that the fault of our deployments is its own', async () => {
    first.always(refusing(401, 'authentication_error'))
    second.always(refusing(401, 'authentication_error'))
    const refused = await refusalOf(anthropic.messages.create(message, once))
    expect(refused).toBeInstanceOf(Anthropic.ServiceUnavailableError)
    expect(refused).toMatchObject({ type: 'api_error', errorCode: 'deployment_unavailable' })
    expect(refused.message).toContain('it says authentication_error')
  })
})
