import Anthropic, {
  APIError,
  AuthenticationError,
  BadRequestError,
  ContentTooLargeError,
  GatewayTimeoutError,
  InternalServerError,
  NotFoundError,
  OverloadedError,
  PaymentRequiredError,
  PermissionDeniedError,
  RateLimitError,
  ServiceUnavailableError,
} from '@anthropic-ai/sdk'
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault, RefusalKind } from '../core/options.ts'
import type { SimulatorServer, SimulatorServerOptions } from './server.ts'
import { startSimulator } from './server.ts'

const running: SimulatorServer[] = []

const start = async (options: SimulatorServerOptions = {}) => {
  const server = await startSimulator(options)
  running.push(server)
  const client = new Anthropic({
    apiKey: 'sk-ant-good',
    baseURL: server.url,
    maxRetries: 0,
    logLevel: 'off',
  })
  return { client, url: server.url, simulator: server.simulator }
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

const path = '/v1/messages'
const body = {
  model: 'claude-sonnet-5-5',
  max_tokens: 1_000,
  messages: [{ role: 'user' as const, content: 'What is a sheepfold? 양 우리' }],
}
const tools = [
  {
    name: 'find',
    input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
  },
]

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

/** What came before the stream failed, and what it failed with, where it did. */
const untilItFails = async <Item>(items: AsyncIterable<Item>) => {
  const seen: Item[] = []
  try {
    for await (const item of items) seen.push(item)
    return { seen, error: undefined }
  } catch (error) {
    return { seen, error }
  }
}

describe('the official client gets', () => {
  it('a message, with its id and the headers that belong to it', async () => {
    const { client, simulator } = await start()
    const message = await client.messages.create(body)
    expect(message.content).toMatchObject([{ type: 'text', text: simulator.expectedAnswer(body, path) }])
    expect(message.stop_reason).toBe('end_turn')
    expect(message._request_id).toMatch(/^req_/)
    const { input_tokens } = await client.messages.countTokens({ model: body.model, messages: body.messages })
    expect(input_tokens).toBe(message.usage.input_tokens)
  })

  it('the same message in events, which its helper puts together', async () => {
    const { client } = await start({ defaults: { firstByteMs: 2, tokenMs: 0.1 } })
    const whole = await client.messages.create(body)
    const stream = client.messages.stream(body)
    const deltas: string[] = []
    stream.on('text', (delta) => deltas.push(delta))
    expect(await stream.finalMessage()).toMatchObject({ ...whole, id: expect.stringMatching(/^msg_/) })
    expect(deltas.length).toBe(whole.usage.output_tokens)
    expect(await stream.finalText()).toBe(deltas.join(''))
  })

  it('calls of tools, with inputs that come bit by bit', async () => {
    const { client, simulator } = await start()
    const forced = { ...body, tools, tool_choice: { type: 'any' as const } }
    const input = JSON.parse(simulator.expectedAnswer(forced, path))
    for (const message of [
      await client.messages.create(forced),
      await client.messages.stream(forced).finalMessage(),
    ]) {
      expect(message.stop_reason).toBe('tool_use')
      expect(message.content).toMatchObject([{ type: 'tool_use', name: 'find', input }])
    }
  })

  it('thoughts with their signature', async () => {
    const { client } = await start()
    const thinking = { ...body, max_tokens: 4_000, thinking: { type: 'adaptive' as const } }
    const whole = await client.messages.create(thinking)
    const streamed = await client.messages.stream(thinking).finalMessage()
    expect(whole.content.map(({ type }) => type)).toEqual(['thinking', 'text'])
    expect(streamed.content).toEqual(whole.content)
    expect(streamed.usage).toEqual(whole.usage)
  })

  it('JSON that it parses by a schema', async () => {
    const { client } = await start()
    const format = { type: 'json_schema' as const, schema: { type: 'object' } }
    const parsed = await client.messages.parse({ ...body, output_config: { format } })
    expect(parsed.parsed_output).toEqual({ answer: expect.any(String) })
  })

  it('the models, a page after the other', async () => {
    const { client } = await start()
    const models = []
    for await (const model of client.models.list({ limit: 2 })) models.push(model)
    expect(models.map(({ id }) => id)).toContain('claude-sonnet-5-5')
    expect(new Set(models.map(({ id }) => id)).size).toBe(models.length)
    expect(models.length).toBeGreaterThan(2)
    expect(await client.models.retrieve('claude-sonnet-5-5')).toMatchObject({
      type: 'model',
      display_name: 'Claude Sonnet 5.5',
    })
  })

  it('its limits, as times at which they are whole again', async () => {
    const { client } = await start({ defaults: { requestsPerMinute: 60 } })
    const { response } = await client.messages.create(body).withResponse()
    expect(response.headers.get('anthropic-ratelimit-requests-remaining')).toBe('59')
    const reset = Date.parse(response.headers.get('anthropic-ratelimit-requests-reset') ?? '')
    expect(reset).toBeGreaterThan(Date.parse(response.headers.get('date') ?? ''))
  })
})

describe('the official client throws', () => {
  const errors: [RefusalKind, new (...args: never[]) => APIError, object][] = [
    ['rate_limit', RateLimitError, { status: 429, type: 'rate_limit_error' }],
    ['server_error', InternalServerError, { status: 500, type: 'api_error' }],
    ['unavailable', ServiceUnavailableError, { status: 503, type: 'api_error' }],
    ['overloaded', OverloadedError, { status: 529, type: 'overloaded_error' }],
    ['gateway_timeout', GatewayTimeoutError, { status: 504, type: 'timeout_error' }],
    ['key_revoked', AuthenticationError, { status: 401, type: 'authentication_error' }],
    ['permission_denied', PermissionDeniedError, { status: 403, type: 'permission_error' }],
    ['payment_required', PaymentRequiredError, { status: 402, type: 'billing_error' }],
    ['quota_exceeded', RateLimitError, { status: 429, errorCode: 'contract_spend_limit_reached' }],
    ['spend_limit', BadRequestError, { status: 400, errorCode: 'enforced_spend_limit_reached' }],
  ]

  it.each(errors)('what it has for %s', async (kind, type, fields) => {
    const { client } = await start({ faults: [{ kind, retryAfterSeconds: 7 }] })
    const error = await errorOf(client.messages.create(body))
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject({ ...fields, requestID: expect.stringMatching(/^req_/) })
    const retryAfter = error instanceof APIError && error.headers?.get('retry-after')
    expect(retryAfter).toBe(kind === 'rate_limit' ? '7' : null)
    const streamed = await errorOf(client.messages.create({ ...body, stream: true }))
    expect(streamed).toBeInstanceOf(type)
  })

  it('a bad request, an unknown model, a body that is too large', async () => {
    const { client } = await start()
    const warm = { ...body, temperature: 1 }
    expect(await errorOf(client.messages.create(warm))).toBeInstanceOf(BadRequestError)
    const unknown = await errorOf(client.messages.create({ ...body, model: 'claude-0' }))
    expect(unknown).toBeInstanceOf(NotFoundError)
    const content = 'x'.repeat(34_000_000)
    const large = await errorOf(client.messages.create({ ...body, messages: [{ role: 'user', content }] }))
    expect(large).toBeInstanceOf(ContentTooLargeError)
  })

  it('at a revoked key for the models as well', async () => {
    const { client } = await start({ faults: [{ kind: 'key_revoked' }] })
    expect(await errorOf(client.models.list())).toBeInstanceOf(AuthenticationError)
  })
})

describe('in the middle of a stream the official client', () => {
  const streamedWith = async (fault: Fault) => {
    const { client } = await start({ faults: [fault] })
    return untilItFails(await client.messages.create({ ...body, stream: true }))
  }

  it('throws the error that comes in place of an event', async () => {
    const { seen, error } = await streamedWith({ kind: 'stream_error', afterEvents: 5 })
    // The ping among the five is not shown.
    expect(seen.length).toBe(4)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ type: 'overloaded_error', apiMessage: 'Overloaded' })
  })

  it.each(['stream_reset', 'stream_invalid_json', 'reset_mid'] as const)('fails at %s', async (kind) => {
    const { seen, error } = await streamedWith({ kind })
    expect(seen.length).toBeGreaterThan(0)
    expect(error).toBeInstanceOf(Error)
  })

  it('misses the last event where the stream ends before it', async () => {
    const { seen } = await streamedWith({ kind: 'stream_unfinished' })
    expect(seen.at(-1)?.type).toBe('message_delta')
  })

  it('has the whole however it is split', async () => {
    const { client, simulator } = await start({ faults: [{ kind: 'stream_split' }] })
    expect(await client.messages.stream(body).finalText()).toBe(simulator.expectedAnswer(body, path))
  })
})
