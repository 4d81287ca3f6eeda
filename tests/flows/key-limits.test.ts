import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { chatLines, ended, openaiOf, refusalOf, submit } from '../support/openai.ts'
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
import { until } from '../support/wait.ts'

/** What says so waits for the test. */
const WAITS = 'wait '

let provider: ScriptedProvider
let waiting: ScriptedCall[]
let server: TestGateway

beforeAll(async () => {
  provider = await startScriptedProvider()
  waiting = []
  provider.always((call) => {
    if (call.text.includes(WAITS)) return void waiting.push(call)
    if (call.json.stream !== true) return call.answer(200, chatAnswer('hello'))
    call.begin()
    call.write(textChunk('hello') + stopChunk + usageChunk + DONE)
    call.end()
  })
  server = await openGateway({ provider: provider.url })
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

const clientWith = async (limits: Limits): Promise<{ id: string; openai: OpenAI }> => {
  const { id, secret } = await server.newKey({ limits })
  return { id, openai: new OpenAI({ apiKey: secret, baseURL: `${server.url}/v1`, maxRetries: 0 }) }
}

const ask = (openai: OpenAI, more: { max_tokens?: number; content?: string } = {}) => {
  const { content = 'hi', ...options } = more
  return openai.chat.completions.create({
    model: 'gpt-4.1',
    messages: [{ role: 'user', content }],
    ...options,
  })
}

const ratesOf = (headers: Headers | undefined): Record<string, string> =>
  Object.fromEntries([...(headers ?? [])].filter(([name]) => name.startsWith('x-ratelimit-')))

describe("OpenAI's client, with a key of so many requests a minute", () => {
  it('reads on each answer what is left, and is told when to come back', async () => {
    const { openai } = await clientWith({ requestsPerMinute: 2 })
    const { response } = await ask(openai).withResponse()
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('1')
    expect(response.headers.get('x-ratelimit-reset-requests')).toMatch(/^(\d+ms|\d+s)$/)
    expect(response.headers.has('x-ratelimit-limit-tokens')).toBe(false)
    await ask(openai)
    const error = await refusalOf(ask(openai))
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'requests' })
    expect(error.message).toMatch(/Limit 2, Used 2, Requested 1. Please try again in \d+s\.$/)
    const waitMs = Number(error.headers?.get('retry-after-ms'))
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(30_000)
    expect(Number(error.headers?.get('retry-after'))).toBe(Math.max(1, Math.ceil(waitMs / 1_000)))
    expect(error.headers?.get('x-ratelimit-remaining-requests')).toBe('0')
  })

  it('waits as long as it is told and goes on by itself', async () => {
    const { openai } = await clientWith({ requestsPerMinute: 600 })
    const patient = openai.withOptions({ maxRetries: 10 })
    const before = provider.calls.length
    await Promise.all(Array.from({ length: 603 }, () => ask(patient)))
    expect(provider.calls.length - before).toBe(603)
  })

  it('is not limited in its batches, which queue', async () => {
    const { openai } = await clientWith({ requestsPerMinute: 1, tokensPerMinute: 100 })
    await ask(openai, { max_tokens: 1 })
    expect(await refusalOf(ask(openai, { max_tokens: 1 }))).toMatchObject({ status: 429 })
    const batch = await ended(openai, await submit(openai, chatLines(40)))
    expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 40, completed: 40 } })
  })
})

describe("OpenAI's client, with a key of so many tokens a minute", () => {
  it('is charged an estimate at first, and the true usage at the end', async () => {
    const { openai } = await clientWith({ tokensPerMinute: 10_000 })
    const { data, response } = await ask(openai, { max_tokens: 9_000 }).withResponse()
    const used = data.usage?.total_tokens ?? 0
    expect(used).toBeGreaterThan(0)
    const remaining = Number(response.headers.get('x-ratelimit-remaining-tokens'))
    // A little has flowed in since.
    expect(remaining).toBeGreaterThanOrEqual(10_000 - used)
    expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('10000')
    await ask(openai, { max_tokens: 9_000 })
  })

  it('has the true usage of a stream counted as well', async () => {
    const { openai } = await clientWith({ tokensPerMinute: 1_000 })
    const asked = await openai.chat.completions
      .create({
        model: 'gpt-4.1',
        messages: [{ role: 'user', content: 'hi' }],
        stream: true,
        max_tokens: 990,
      })
      .withResponse()
    // Sent with the first piece, when nobody knew what it would need.
    expect(Number(asked.response.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(500)
    for await (const _event of asked.data);
    const { response } = await ask(openai, { max_tokens: 1 }).withResponse()
    expect(Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeGreaterThan(900)
  })

  it('is refused while a call that may need them all waits for its answer', async () => {
    const { openai } = await clientWith({ tokensPerMinute: 500 })
    const content = WAITS.repeat(300)
    const first = ask(openai, { content })
    await until('the first call', () => waiting.length === 1)
    const error = await refusalOf(ask(openai, { content }))
    waiting.shift()?.answer(200, chatAnswer('at last'))
    await first
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', type: 'tokens' })
    expect(ratesOf(error.headers)).toMatchObject({ 'x-ratelimit-limit-tokens': '500' })
  })

  it('is told that no wait helps where a request is larger than a whole minute', async () => {
    const { openai } = await clientWith({ tokensPerMinute: 100 })
    const error = await refusalOf(ask(openai.withOptions({ maxRetries: 3 }), { content: 'x'.repeat(5_000) }))
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ code: 'limit_too_small', type: 'tokens' })
    expect(error.message).toMatch(/Limit 100, Requested \d+\. No wait helps/)
    expect(error.headers?.has('retry-after')).toBe(false)
  })
})

describe('a key without limits', () => {
  it('has no such headers', async () => {
    const { response } = await ask(openaiOf(server)).withResponse()
    expect(ratesOf(response.headers)).toEqual({})
  })
})

describe('a key that may spend so much', () => {
  it('is refused its calls once it is spent, recorded or not', async () => {
    const { id, openai } = await clientWith({ spend: 1n })
    await ask(openai)
    const error = await refusalOf(ask(openai))
    expect(error).toMatchObject({ status: 402, code: 'spend_limit_reached' })
    expect(error.message).toMatch(/This key may spend 0\.000000001 USD; 0\.0\d+ USD are spent/)
    await until('its usage to be recorded', async () => (await server.gateway.store.keys.spentByKey(id)) > 0n)
    expect(await refusalOf(ask(openai))).toMatchObject({ status: 402 })
    expect(await refusalOf(submit(openai, chatLines(1)))).toMatchObject({ status: 402 })
  })
})
