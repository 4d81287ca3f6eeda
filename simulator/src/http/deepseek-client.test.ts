import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  RateLimitError,
  UnprocessableEntityError,
} from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import type { FaultKind } from '../core/options.ts'
import type { SimulatorServer, SimulatorServerOptions } from './server.ts'
import { startSimulator } from './server.ts'

const running: SimulatorServer[] = []

const start = async (options: SimulatorServerOptions = {}) => {
  const server = await startSimulator(options)
  running.push(server)
  // Its address as DeepSeek's own pages give it to this client: without a version.
  const client = new OpenAI({ apiKey: 'sk-good', baseURL: server.url, maxRetries: 0, logLevel: 'off' })
  return { server, client, simulator: server.simulator }
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

const chat = {
  model: 'deepseek-v4-pro',
  messages: [{ role: 'user' as const, content: 'What is a sheepfold? 양 우리' }],
}

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

const fieldOf = (value: object, name: string): unknown => Reflect.get(value, name)

describe('the official client gets of DeepSeek', () => {
  it('an answer with the thoughts before it, and what the cache held in two ways', async () => {
    const { client, simulator } = await start()
    const { choices, usage } = await client.chat.completions.create(chat)
    const [choice] = choices
    expect(choice?.message.content).toBe(simulator.expectedAnswer(chat, '/chat/completions'))
    expect(fieldOf(choice?.message ?? {}, 'reasoning_content')).toMatch(/^\w+( \w+)+/)
    expect(usage).toMatchObject({
      total_tokens: (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0),
      completion_tokens_details: { reasoning_tokens: 12 },
      prompt_tokens_details: { cached_tokens: 0 },
      prompt_cache_hit_tokens: 0,
      prompt_cache_miss_tokens: usage?.prompt_tokens,
    })
  })

  it('no thoughts where it wants none', async () => {
    const { client } = await start()
    const thoughtless = Object.assign({ thinking: { type: 'disabled' } }, chat)
    const { choices, usage } = await client.chat.completions.create(thoughtless)
    expect(choices[0]?.message).not.toHaveProperty('reasoning_content')
    expect(usage?.completion_tokens_details?.reasoning_tokens).toBe(0)
  })

  it('the tokens that it allows, thoughts included', async () => {
    const { client } = await start()
    const { choices, usage } = await client.chat.completions.create({ ...chat, max_tokens: 20 })
    expect(choices[0]?.finish_reason).toBe('length')
    expect(usage).toMatchObject({
      completion_tokens: 20,
      completion_tokens_details: { reasoning_tokens: 5 },
    })
  })

  it('what its cache held of a long prompt', async () => {
    const { client } = await start()
    const long = { ...chat, messages: [{ role: 'user' as const, content: 'sheep '.repeat(2_000) }] }
    await client.chat.completions.create(long)
    const { usage } = await client.chat.completions.create(long)
    const hit = usage?.prompt_tokens_details?.cached_tokens ?? 0
    expect(hit).toBeGreaterThan(1_000)
    expect(usage).toMatchObject({
      prompt_cache_hit_tokens: hit,
      prompt_cache_miss_tokens: (usage?.prompt_tokens ?? 0) - hit,
    })
  })

  it('an answer that waited, behind empty lines that came meanwhile', async () => {
    const { client, server } = await start({ defaults: { firstByteMs: 60, keepAliveMs: 10 } })
    const { choices } = await client.chat.completions.create(chat)
    expect(choices[0]?.message.content).toBeTruthy()
    const raw = await fetch(`${server.url}/chat/completions`, { method: 'POST', body: JSON.stringify(chat) })
    expect(await raw.text()).toMatch(/^\n{6}\{/)
  })

  it('a stream that waited, thoughts first', async () => {
    const { client, server } = await start({ defaults: { firstByteMs: 30, keepAliveMs: 10 } })
    const asked = { ...chat, stream: true as const, stream_options: { include_usage: true } }
    const said = { reasoning_content: '', content: '' }
    let usage: unknown
    for await (const chunk of await client.chat.completions.create(asked)) {
      usage = chunk.usage ?? usage
      const delta = chunk.choices[0]?.delta ?? {}
      for (const name of ['reasoning_content', 'content'] as const) said[name] += fieldOf(delta, name) ?? ''
    }
    const whole = await client.chat.completions.create(chat)
    expect(whole.choices[0]?.message).toMatchObject(said)
    expect(usage).toEqual(whole.usage)
    const raw = await fetch(`${server.url}/chat/completions`, { method: 'POST', body: JSON.stringify(asked) })
    expect(await raw.text()).toMatch(/^(: keep-alive\n\n){3}data: /)
  })

  it('its models, and no others', async () => {
    const { client } = await start()
    const { data } = await client.models.list()
    expect(data.map(({ id }) => id)).toContain('deepseek-v4-pro')
    expect(data.filter(({ id }) => !id.startsWith('deepseek'))).toEqual([])
  })

  it('what was cut short of resources, named as such', async () => {
    const { client, simulator } = await start()
    simulator.setFaults([{ kind: 'out_of_resources' }])
    const { choices } = await client.chat.completions.create(chat)
    expect(choices[0]?.finish_reason).toBe('insufficient_system_resource')
  })
})

describe('the official client throws for DeepSeek', () => {
  it.each([
    ['payment_required', 402, APIError, 'Insufficient Balance'],
    ['rate_limit', 429, RateLimitError, 'Rate limit reached'],
    ['server_error', 500, InternalServerError, 'The server had an error'],
    ['overloaded', 503, InternalServerError, 'Service is too busy'],
    ['key_revoked', 401, AuthenticationError, 'Authentication Fails'],
  ] as const)('%s', async (kind: FaultKind, status, type, words) => {
    const { client, simulator } = await start()
    simulator.setFaults([{ kind }])
    const error = await errorOf(client.chat.completions.create(chat))
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject({ status, message: expect.stringContaining(words) })
    expect(error instanceof APIError && error.headers?.get('retry-after')).toBeNull()
  })

  it('an unknown model, a wrong parameter, JSON that was not asked for in words', async () => {
    const { client } = await start()
    const unknown = await errorOf(client.chat.completions.create({ ...chat, model: 'gpt-4.1' }))
    expect(unknown).toBeInstanceOf(BadRequestError)
    expect(unknown).toMatchObject({ message: expect.stringContaining('Model Not Exist') })
    const hot = await errorOf(client.chat.completions.create({ ...chat, temperature: 3 }))
    expect(hot).toBeInstanceOf(UnprocessableEntityError)
    const json = { ...chat, response_format: { type: 'json_object' as const } }
    expect(await errorOf(client.chat.completions.create(json))).toMatchObject({
      status: 400,
      message: expect.stringContaining("'json'"),
    })
  })

  it('one call too many at once, and says nothing of how long to wait', async () => {
    const { client } = await start({ defaults: { firstByteMs: 200, concurrencyMax: 1, keepAliveMs: 10 } })
    const ends = await Promise.allSettled([
      client.chat.completions.create(chat),
      client.chat.completions.create(chat),
    ])
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [refused] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    expect(refused).toBeInstanceOf(RateLimitError)
    expect(refused.headers.get('retry-after')).toBeNull()
  })

  it('where it never had a place: empty lines, and then nothing', async () => {
    const { client, simulator } = await start({ defaults: { firstByteMs: 20, keepAliveMs: 10 } })
    simulator.setFaults([{ kind: 'closed_while_waiting' }])
    expect(await errorOf(client.chat.completions.create(chat))).toBeInstanceOf(Error)
  })
})
