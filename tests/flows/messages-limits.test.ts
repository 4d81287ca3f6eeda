import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf, refusalOf } from '../support/anthropic.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { openaiOf } from '../support/openai.ts'
import { END, messageAnswer, START, speaksAnthropic, textDelta } from '../support/scripted-anthropic.ts'
import { chatAnswer, type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'
import { until } from '../support/wait.ts'

let provider: ScriptedProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startScriptedProvider()
  provider.always((call) => {
    if (call.path !== '/v1/messages') return call.answer(200, chatAnswer('hello'))
    if (call.json.stream !== true) return call.answer(200, messageAnswer('hello'))
    call.begin()
    call.write(START + textDelta('hello') + END)
    call.end()
  })
  server = await openGateway({ provider: provider.url, adapt: speaksAnthropic })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

interface Limits {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly spend?: bigint
}

const keyWith = (limits: Limits) => server.newKey({ limits })

const clientWith = async (limits: Limits): Promise<Anthropic> =>
  anthropicOf(server, (await keyWith(limits)).secret).withOptions({ maxRetries: 0 })

const messageOf = (maxTokens: number, content = 'hi') => ({
  model: 'batch-pro',
  max_tokens: maxTokens,
  messages: [{ role: 'user' as const, content }],
})

describe("Anthropic's client, with a key of so many requests a minute", () => {
  it('reads on each answer what is left, and is told when to come back', async () => {
    const anthropic = await clientWith({ requestsPerMinute: 2 })
    const before = Date.now()
    const { response } = await anthropic.messages.create(messageOf(9)).withResponse()
    expect(response.headers.get('anthropic-ratelimit-requests-limit')).toBe('2')
    expect(response.headers.get('anthropic-ratelimit-requests-remaining')).toBe('1')
    const reset = response.headers.get('anthropic-ratelimit-requests-reset') ?? ''
    expect(reset).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Date.parse(reset)).toBeGreaterThan(before)
    expect(response.headers.has('anthropic-ratelimit-tokens-limit')).toBe(false)
    expect(response.headers.has('x-ratelimit-limit-requests')).toBe(false)
    await anthropic.messages.create(messageOf(9))
    const error = await refusalOf(anthropic.messages.create(messageOf(9)))
    expect(error).toBeInstanceOf(Anthropic.RateLimitError)
    expect(error).toMatchObject({ type: 'rate_limit_error', errorCode: 'rate_limit_exceeded' })
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0)
    expect(error.headers?.get('anthropic-ratelimit-requests-remaining')).toBe('0')
  })

  it('has used up with it what it has for all dialects', async () => {
    const { secret } = await keyWith({ requestsPerMinute: 1 })
    await openaiOf(server, secret).chat.completions.create({ model: 'gpt-4.1', messages: [] })
    const other = anthropicOf(server, secret).messages.create(messageOf(9), { maxRetries: 0 })
    expect(await refusalOf(other)).toMatchObject({ status: 429 })
  })

  it('waits as long as it is told and goes on by itself', async () => {
    const anthropic = (await clientWith({ requestsPerMinute: 600 })).withOptions({ maxRetries: 10 })
    const before = provider.calls.length
    await Promise.all(Array.from({ length: 603 }, () => anthropic.messages.create(messageOf(9))))
    expect(provider.calls.length - before).toBe(603)
  })
})

describe("Anthropic's client, with a key of so many tokens a minute", () => {
  it('is charged what its answer may have at first, and the true usage at the end', async () => {
    const anthropic = await clientWith({ tokensPerMinute: 1_000 })
    const { data, response } = await anthropic.messages
      .create({ ...messageOf(900), stream: true })
      .withResponse()
    // Sent with the first piece, when nobody knew what it would need.
    expect(Number(response.headers.get('anthropic-ratelimit-tokens-remaining'))).toBeLessThan(500)
    for await (const _event of data);
    const next = await anthropic.messages.create(messageOf(1)).withResponse()
    expect(Number(next.response.headers.get('anthropic-ratelimit-tokens-remaining'))).toBeGreaterThan(900)
    expect(next.response.headers.get('anthropic-ratelimit-tokens-limit')).toBe('1000')
  })

  it('is told that no wait helps where a request is larger than a whole minute', async () => {
    const anthropic = await clientWith({ tokensPerMinute: 100 })
    const error = await refusalOf(anthropic.messages.create(messageOf(9, 'x'.repeat(5_000))))
    expect(error).toBeInstanceOf(Anthropic.BadRequestError)
    expect(error).toMatchObject({ type: 'invalid_request_error', errorCode: 'limit_too_small' })
    expect(error.headers?.has('retry-after')).toBe(false)
  })
})

describe('a key that may spend so much', () => {
  it('is refused its messages once it is spent, recorded or not, and is charged for each at its price', async () => {
    const { id, secret } = await keyWith({ spend: 1n })
    const anthropic = anthropicOf(server, secret)
    await anthropic.messages.create(messageOf(9))
    const error = await refusalOf(anthropic.messages.create(messageOf(9)))
    expect(error).toBeInstanceOf(Anthropic.PaymentRequiredError)
    expect(error).toMatchObject({ type: 'billing_error', errorCode: 'spend_limit_reached' })
    const spent = await until('its usage to be recorded', async () => {
      const recorded = await server.gateway.store.keys.spentByKey(id)
      return recorded > 0n && recorded
    })
    // 9 tokens at 3.00 USD and 4 at 15.00 USD a million.
    expect(spent).toBe(9n * 3_000n + 4n * 15_000n)
  })

  it('pays half of that for a message of the flex tier', async () => {
    const { id, secret } = await keyWith({})
    const headers = { 'sheepfold-service-tier': 'flex' }
    const { response } = await anthropicOf(server, secret)
      .messages.create(messageOf(9), { headers })
      .withResponse()
    expect(response.headers.get('sheepfold-service-tier')).toBe('flex')
    const spent = await until('its usage to be recorded', async () => {
      const recorded = await server.gateway.store.keys.spentByKey(id)
      return recorded > 0n && recorded
    })
    expect(spent).toBe((9n * 3_000n + 4n * 15_000n) / 2n)
  })
})
