import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimulatorServer } from './server.ts'
import { startSimulator } from './server.ts'

let server: SimulatorServer
let client: OpenAI

beforeAll(async () => {
  server = await startSimulator({ keys: ['sk-good'], models: { 'qwen3-32b': {} } })
  client = clientWith('sk-good')
})

afterAll(() => server.close())

const clientWith = (apiKey: string): OpenAI =>
  new OpenAI({ apiKey, baseURL: `${server.url}/vllm/v1`, maxRetries: 0, logLevel: 'off' })

const chat = { model: 'qwen3-32b', messages: [{ role: 'user' as const, content: 'What is a sheepfold?' }] }
const expected = (): string => server.simulator.expectedAnswer(chat, '/vllm/v1/chat/completions')

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('the official client gets of vLLM', () => {
  it('an answer that says nothing of its details', async () => {
    const answer = await client.chat.completions.create(chat)
    expect(answer.choices[0]).toMatchObject({
      message: { content: expected(), reasoning: null, tool_calls: [] },
      stop_reason: null,
    })
    expect(answer.usage).toEqual({
      prompt_tokens: expect.any(Number),
      completion_tokens: expect.any(Number),
      total_tokens: expect.any(Number),
      prompt_tokens_details: null,
    })
    expect(answer._request_id).toBeNull()
  })

  it('an answer to fields that only vLLM has', async () => {
    const more = Object.assign({ top_k: 5, chat_template_kwargs: { enable_thinking: false } }, chat)
    expect((await client.chat.completions.create(more)).choices[0]?.message.content).toBe(expected())
  })

  it('a stream with its usage', async () => {
    let text = ''
    let usage: unknown
    const wish = { stream: true as const, stream_options: { include_usage: true } }
    for await (const chunk of await client.chat.completions.create({ ...chat, ...wish })) {
      text += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage ?? usage
    }
    expect(text).toBe(expected())
    expect(usage).toMatchObject({ prompt_tokens_details: null })
  })

  it('its models', async () => {
    const { data } = await client.models.list()
    expect(data.map(({ id }) => id)).toContain('qwen3-32b')
  })
})

describe('the official client throws for vLLM', () => {
  it('an error with the status for its code', async () => {
    const error = await errorOf(client.chat.completions.create({ ...chat, temperature: 9 }))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ status: 400, code: 400, type: 'BadRequestError' })
  })

  it('an unknown model, and a path that is none', async () => {
    const unknown = await errorOf(client.chat.completions.create({ ...chat, model: 'none' }))
    expect(unknown).toBeInstanceOf(NotFoundError)
    expect(unknown).toMatchObject({ message: expect.stringContaining('The model `none` does not exist.') })
    expect(await errorOf(client.get('/nothing'))).toMatchObject({
      status: 404,
      error: { detail: 'Not Found' },
    })
  })

  it('a wrong key, in one word', async () => {
    const error = await errorOf(clientWith('sk-bad').chat.completions.create(chat))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ error: 'Unauthorized' })
  })
})
