import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { create, created, type NativeEntry, resultsOf } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, type ReceivedChat, startFakeProvider } from '../support/provider.ts'

let provider: FakeProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

beforeEach(() => {
  provider.received.length = 0
})

const ids = (entries: readonly NativeEntry[]): string[] => entries.map((entry) => entry.custom_id)
const outputs = (entries: readonly NativeEntry[]) => entries.map((entry) => entry.output)
const user = (content: unknown, more: object = {}) => ({ role: 'user', content, ...more })

/** What the provider got for a batch of one. */
const sentFor = async (body: object): Promise<ReceivedChat> => {
  await resultsOf(server, body)
  const [chat] = provider.received
  if (!chat) throw new Error('nothing was sent')
  return chat
}

describe('the answer to a create', () => {
  it.each([
    { model: 'batch-4.1', input: [user('hello')], task: 'document_analysis' },
    {
      model: 'batch-4.1',
      tasks: [{ custom_id: 'doc_0001', prompt: 'hello' }],
      options: { temperature: 0.3, max_tokens: 500 },
    },
  ])('is 200 with batch_id, status, progress and id: %o', async (body) => {
    const answer = await create(server, body)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.json).toMatchObject({
      batch_id: expect.stringMatching(/^batch_[0-9A-Za-z]+$/),
      status: 'in_progress',
      progress: 0,
    })
    const { batch_id, id } = answer.json as { batch_id: string; id: string }
    expect(id).toBe(batch_id)
  })

  it('to more than 1,000 items is exactly what clients know', async () => {
    const tasks = Array.from({ length: 2_500 }, () => ({ prompt: 'x' }))
    const answer = await create(server, { model: 'batch-4.1', tasks })
    expect(answer.status).toBe(400)
    expect(answer.text).toBe('{"error":"batch_size_exceeded","max_allowed":1000,"received":2500}')
    const input = Array.from({ length: 1_001 }, () => user('x'))
    const other = await create(server, { input, model: 'batch-4.1' })
    expect(other.text).toBe('{"error":"batch_size_exceeded","max_allowed":1000,"received":1001}')
  })

  it('to exactly 1,000 items is a batch', async () => {
    const tasks = Array.from({ length: 1_000 }, (_, index) => ({ custom_id: `d${index}`, prompt: 'x' }))
    const { results } = await resultsOf(server, { model: 'batch-4.1', tasks })
    expect(ids(results)).toEqual(tasks.map((task) => task.custom_id))
  })

  it("to Anthropic's body speaks Anthropic's words", async () => {
    const answer = await create(server, { requests: [{ custom_id: 'a', params: {} }] })
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })

  it('to a body that is of two dialects says what it mixes', async () => {
    const answer = await create(server, { model: 'batch-4.1', tasks: [{ prompt: 'x' }], requests: [] })
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error: 'unsupported_body' })
  })
})

describe('a conversation list', () => {
  it('makes a request of its own of every element', async () => {
    const { data } = await resultsOf(server, { model: 'batch-4.1', input: [user('one'), user('two')] })
    expect(outputs(data)).toEqual(['re: "one"', 're: "two"'])
    expect(provider.received.map((chat) => chat.messages)).toEqual(
      expect.arrayContaining([[user('one')], [user('two')]]),
    )
  })

  it('takes an object as content: its id is the custom_id, its content the prompt', async () => {
    const input = [user({ id: 'doc-7', content: 'seven' }), user({ id: 'doc-3', content: 'three' })]
    const { data } = await resultsOf(server, { model: 'batch-4.1', input })
    expect(ids(data)).toEqual(['doc-7', 'doc-3'])
    expect(outputs(data)).toEqual(['re: "seven"', 're: "three"'])
  })

  it('passes content parts on as they are', async () => {
    const parts = [
      { type: 'text', text: 'what is this?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    ]
    const chat = await sentFor({ model: 'batch-4.1', input: [user(parts)] })
    expect(chat.messages).toEqual([user(parts)])
  })

  it('takes a custom_id or an id beside role', async () => {
    const input = [user('a', { custom_id: 'x-1' }), user('b', { id: 'x-2' })]
    const { data } = await resultsOf(server, { model: 'batch-4.1', input })
    expect(ids(data)).toEqual(['x-1', 'x-2'])
  })

  it('gives ids where there are none: the same at every look, in the order of the items', async () => {
    const input = Array.from({ length: 30 }, (_, index) => user(`t${index}`))
    const first = await resultsOf(server, { model: 'batch-4.1', input })
    const second = await resultsOf(server, { model: 'batch-4.1', input })
    expect(ids(first.data)).toEqual(ids(second.data))
    expect(new Set(ids(first.data)).size).toBe(30)
    expect(ids(first.data)).toEqual(ids(first.data).toSorted())
    expect(outputs(first.data)).toEqual(input.map(({ content }) => `re: "${content}"`))
  })
})

describe('a task list', () => {
  it('takes options before and behind the tasks', async () => {
    const text =
      '{"model":"batch-4.1","tasks":[{"prompt":"p"}],"options":{"temperature":0.3,"max_tokens":500}}'
    await resultsOf(server, text)
    await resultsOf(server, '{"options":{"temperature":0.3},"tasks":[{"prompt":"q"}],"model":"batch-4.1"}')
    expect(provider.received).toEqual([
      { model: 'gpt-4.1', messages: [user('p')], temperature: 0.3, max_tokens: 500 },
      { model: 'gpt-4.1', messages: [user('q')], temperature: 0.3 },
    ])
  })

  it("lets an item's own options and system count for it alone", async () => {
    await resultsOf(server, {
      model: 'batch-4.1',
      tasks: [
        { custom_id: 'own', prompt: 'p', system: 'Be brief.', options: { temperature: 1, seed: 7 } },
        { custom_id: 'common', prompt: 'q' },
      ],
      options: { temperature: 0.3, top_p: 0.5 },
    })
    const byPrompt = (prompt: string) =>
      provider.received.find((chat) => chat.messages.at(-1)?.content === prompt)
    expect(byPrompt('p')).toEqual({
      model: 'gpt-4.1',
      messages: [{ role: 'system', content: 'Be brief.' }, user('p')],
      temperature: 1,
      seed: 7,
      top_p: 0.5,
    })
    expect(byPrompt('q')).toEqual({
      model: 'gpt-4.1',
      messages: [user('q')],
      temperature: 0.3,
      top_p: 0.5,
    })
  })

  it('keeps text of every language as it is', async () => {
    const prompt = '한국어 "문서" \\ 😀 \u2028 \u0001'
    const { results } = await resultsOf(server, { model: 'batch-4.1', tasks: [{ prompt }] })
    expect(outputs(results)).toEqual([`re: ${JSON.stringify(prompt)}`])
  })
})

describe('a task preset', () => {
  it.each([
    ['document_analysis', /analyse one document/],
    ['classification', /classify one text/],
    ['summarization', /summarise one text/],
    ['extraction', /extract facts/],
  ])('%s is part of what the provider receives, with both bodies', async (task, words) => {
    const system = { role: 'system', content: expect.stringMatching(words) }
    await resultsOf(server, { model: 'batch-4.1', task, tasks: [{ prompt: 'p' }] })
    await resultsOf(server, { model: 'batch-4.1', input: [user('q')], task })
    expect(provider.received.map((chat) => chat.messages)).toEqual([
      [system, user('p')],
      [system, user('q')],
    ])
  })

  it("comes before the client's system, and that before an item's own", async () => {
    const chat = await sentFor({
      model: 'batch-4.1',
      task: 'summarization',
      system: 'In Korean.',
      tasks: [{ prompt: 'p', system: 'In one line.' }],
    })
    expect(chat.messages.map((message) => message.content)).toEqual([
      expect.stringMatching(/summarise/),
      'In Korean.',
      'In one line.',
      'p',
    ])
  })

  it('has default options, which those of the batch replace', async () => {
    const preset = await sentFor({ model: 'batch-4.1', task: 'extraction', tasks: [{ prompt: 'json p' }] })
    expect(preset).toMatchObject({ temperature: 0, response_format: { type: 'json_object' } })
    provider.received.length = 0
    const own = await sentFor({
      model: 'batch-4.1',
      task: 'extraction',
      tasks: [{ prompt: 'json p' }],
      options: { temperature: 0.9 },
    })
    expect(own).toMatchObject({ temperature: 0.9, response_format: { type: 'json_object' } })
  })

  it('that does not exist is refused with the list of those that do', async () => {
    const answer = await create(server, { model: 'batch-4.1', task: 'poetry', tasks: [{ prompt: 'p' }] })
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error: 'unknown_task', field: 'task' })
    for (const name of ['document_analysis', 'classification', 'summarization', 'extraction', 'poetry']) {
      expect(answer.text).toContain(name)
    }
  })
})

describe('each model', () => {
  it.each([
    ['batch-4.1', 'gpt-4.1'],
    ['batch-flash-3.5', 'gemini-2.5-flash-lite'],
    ['batch-pro', 'claude-sonnet-4-5'],
    ['gpt-4.1', 'gpt-4.1'],
    ['claude-sonnet-4-5', 'claude-sonnet-4-5'],
    ['gemini-2.5-flash', 'gemini-2.5-flash'],
    ['deepseek-v3.2', 'deepseek-flash'],
    ['deepseek-flash', 'deepseek-flash'],
  ])('%s is sent as %s and shown under its own name', async (model, sent) => {
    const { results } = await resultsOf(server, { model, tasks: [{ prompt: 'p' }] })
    expect(provider.received.map((chat) => chat.model)).toEqual([sent])
    expect(results[0]).toMatchObject({ status: 'succeeded', model })
  })

  it('that does not exist is refused with the list of those that do', async () => {
    const answer = await create(server, { model: 'gpt-9', tasks: [{ prompt: 'p' }] })
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error: 'unknown_model', field: 'model' })
    expect(answer.text).toContain('batch-flash-3.5')
  })
})

it('remembers the window that was asked for', async () => {
  const batch = await created(server, {
    model: 'batch-4.1',
    tasks: [{ prompt: 'p' }],
    completion_window: '2h',
  })
  const { created_at, window_ends_at } = batch as unknown as Record<string, string>
  expect(Date.parse(window_ends_at ?? '') - Date.parse(created_at ?? '')).toBe(7_200_000)
})
