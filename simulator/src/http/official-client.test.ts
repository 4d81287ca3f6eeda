import OpenAI, {
  APIError,
  BadRequestError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimulatorServer } from './server.ts'
import { startSimulator } from './server.ts'

let server: SimulatorServer
let client: OpenAI

beforeAll(async () => {
  server = await startSimulator({ models: { 'gpt-4o': { requestsPerMinute: 1 } } })
  client = new OpenAI({ apiKey: 'sk-good', baseURL: `${server.url}/v1`, maxRetries: 0 })
})

afterAll(() => server.close())

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('the official client gets', () => {
  it('embeddings, which it asks for in base64 and gives out as numbers', async () => {
    const body = { model: 'text-embedding-3-small', input: ['sheep', '양'] }
    const { data, usage, model, _request_id } = await client.embeddings.create(body)
    const expected: number[][] = JSON.parse(server.simulator.expectedAnswer(body, '/v1/embeddings'))
    expect(data.map(({ embedding }) => embedding)).toEqual(expected.map((vector) => vector.map(Math.fround)))
    expect(data.map(({ index, object }) => [index, object])).toEqual([
      [0, 'embedding'],
      [1, 'embedding'],
    ])
    expect({ usage, model }).toEqual({
      usage: { prompt_tokens: usage.total_tokens, total_tokens: usage.prompt_tokens },
      model: 'text-embedding-3-small',
    })
    expect(_request_id).toMatch(/^req_/)
  })

  it('embeddings as floats, of the size it asked for', async () => {
    const body = {
      model: 'text-embedding-3-large',
      input: 'sheep',
      dimensions: 8,
      encoding_format: 'float' as const,
    }
    const { data } = await client.embeddings.create(body)
    expect(data.map(({ embedding }) => embedding)).toEqual(
      JSON.parse(server.simulator.expectedAnswer(body, '/v1/embeddings')),
    )
    expect(data[0]?.embedding.length).toBe(8)
  })

  it('text completions', async () => {
    const body = { model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon a time', max_tokens: 20 }
    const { choices, object, usage } = await client.completions.create(body)
    expect(object).toBe('text_completion')
    expect(choices).toEqual([
      {
        text: server.simulator.expectedAnswer(body, '/v1/completions'),
        index: 0,
        logprobs: null,
        finish_reason: 'length',
      },
    ])
    expect(usage).toEqual({ prompt_tokens: 4, completion_tokens: 20, total_tokens: 24 })
  })

  it('responses, whose texts it joins', async () => {
    const body = { model: 'gpt-4.1', instructions: 'Be brief.', input: 'What is a sheepfold?' }
    const response = await client.responses.create(body)
    expect(response.output_text).toBe(server.simulator.expectedAnswer(body, '/v1/responses'))
    expect(response.status).toBe('completed')
    expect(response.usage?.total_tokens).toBe(
      (response.usage?.input_tokens ?? 0) + (response.usage?.output_tokens ?? 0),
    )
  })

  it('responses that it parses by a schema', async () => {
    const format = { type: 'json_schema' as const, name: 'answer', schema: { type: 'object' }, strict: true }
    const response = await client.responses.parse({ model: 'gpt-4.1', input: 'hi', text: { format } })
    expect(JSON.parse(response.output_text)).toEqual({ answer: expect.any(String) })
  })
})

describe('the official client throws', () => {
  it('a bad request, with what the provider says of it', async () => {
    const empty = await errorOf(client.embeddings.create({ model: 'text-embedding-3-small', input: '' }))
    expect(empty).toBeInstanceOf(BadRequestError)
    expect(empty).toMatchObject({ status: 400, code: null, param: null })
    const background = { model: 'gpt-4.1', input: 'hi', background: true }
    const later = await errorOf(client.responses.create(background))
    expect(later).toMatchObject({ status: 400, code: 'unsupported_value', param: 'background' })
  })

  it('what a model cannot do', async () => {
    const chat = await errorOf(client.embeddings.create({ model: 'gpt-4.1', input: 'a' }))
    expect(chat).toBeInstanceOf(PermissionDeniedError)
    const text = await errorOf(client.completions.create({ model: 'gpt-4.1', prompt: 'a' }))
    expect(text).toBeInstanceOf(NotFoundError)
    const messages = [{ role: 'user' as const, content: 'a' }]
    const embedding = await errorOf(
      client.chat.completions.create({ model: 'text-embedding-3-small', messages }),
    )
    expect(embedding).toBeInstanceOf(NotFoundError)
    expect(embedding).not.toMatchObject({ code: 'model_not_found' })
  })

  it('limits, which all endpoints of a model share', async () => {
    const messages = [{ role: 'user' as const, content: 'a' }]
    await client.chat.completions.create({ model: 'gpt-4o', messages })
    const limited = await errorOf(client.responses.create({ model: 'gpt-4o', input: 'a' }))
    expect(limited).toBeInstanceOf(RateLimitError)
    expect(limited instanceof APIError && limited.headers?.get('x-ratelimit-limit-requests')).toBe('1')
  })
})
