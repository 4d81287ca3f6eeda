import { ApiError, FunctionCallingConfigMode, GoogleGenAI } from '@google/genai'
import { afterEach, describe, expect, it } from 'vitest'
import type { SimulatorServer, SimulatorServerOptions } from './server.ts'
import { startSimulator } from './server.ts'

const running: SimulatorServer[] = []

const start = async (options: SimulatorServerOptions = {}) => {
  const server = await startSimulator(options)
  running.push(server)
  const client = new GoogleGenAI({ apiKey: 'AIza-good', httpOptions: { baseUrl: server.url } })
  const expected = (body: unknown, path: string) => server.simulator.expectedAnswer(body, path)
  return { client, server, models: client.models, expected }
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

const model = 'gemini-2.5-flash'
const contents = 'What is a sheepfold? 양 우리'
const body = { contents: [{ role: 'user', parts: [{ text: contents }] }] }

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const seen: Item[] = []
  for await (const item of items) seen.push(item)
  return seen
}

describe('the official client gets', () => {
  it('an answer, whose text it joins, with its usage', async () => {
    const { models, expected } = await start()
    const answer = await models.generateContent({ model, contents })
    expect(answer.text).toBe(expected(body, `/v1beta/models/${model}:generateContent`))
    expect(answer.candidates?.[0]?.finishReason).toBe('STOP')
    const {
      promptTokenCount = 0,
      candidatesTokenCount = 0,
      thoughtsTokenCount = 0,
    } = answer.usageMetadata ?? {}
    expect(answer.usageMetadata?.totalTokenCount).toBe(
      promptTokenCount + candidatesTokenCount + thoughtsTokenCount,
    )
    expect(answer.modelVersion).toBe(model)
  })

  it('an answer chunk by chunk', async () => {
    const { models, expected } = await start()
    const chunks = await all(await models.generateContentStream({ model, contents }))
    expect(chunks.map(({ text = '' }) => text).join('')).toBe(
      expected(body, `/v1beta/models/${model}:streamGenerateContent`),
    )
    expect(chunks.length).toBeGreaterThan(3)
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP')
    expect(chunks.at(-1)?.usageMetadata?.thoughtsTokenCount).toBeGreaterThan(0)
  })

  it('calls of functions', async () => {
    const { models } = await start()
    const answer = await models.generateContent({
      model: 'gemini-3.5-flash',
      contents,
      config: {
        tools: [
          {
            functionDeclarations: [
              { name: 'find', parametersJsonSchema: { type: 'object', properties: { what: {} } } },
            ],
          },
        ],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
      },
    })
    expect(answer.functionCalls).toEqual([
      { id: expect.any(String), name: 'find', args: { what: expect.any(String) } },
    ])
  })

  it('JSON that fits a schema, and thoughts beside it', async () => {
    const { models } = await start()
    const answer = await models.generateContent({
      model,
      contents,
      config: {
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object', properties: { sheep: { type: 'integer' } } },
        thinkingConfig: { includeThoughts: true },
        systemInstruction: 'Be brief.',
        safetySettings: [],
      },
    })
    expect(JSON.parse(answer.text ?? '')).toEqual({ sheep: expect.any(Number) })
    expect(answer.candidates?.[0]?.content?.parts?.[0]).toMatchObject({ thought: true })
  })

  it('embeddings, which it asks for in one list', async () => {
    const { models, expected, server } = await start()
    const { embeddings = [] } = await models.embedContent({
      model: 'gemini-embedding-001',
      contents: ['sheep', '양'],
      config: { outputDimensionality: 8 },
    })
    const embed = (text: string) => ({
      model: 'models/gemini-embedding-001',
      content: { parts: [{ text }] },
      outputDimensionality: 8,
    })
    expect(embeddings.map(({ values }) => values)).toEqual(
      JSON.parse(
        expected(
          { requests: [embed('sheep'), embed('양')] },
          '/v1beta/models/gemini-embedding-001:batchEmbedContents',
        ),
      ),
    )
    expect([...server.simulator.tape()]).toHaveLength(1)
  })

  it('counts of tokens, models, and a chat that remembers', async () => {
    const { client, models } = await start()
    expect((await models.countTokens({ model, contents })).totalTokens).toBeGreaterThan(5)
    expect(await models.get({ model })).toMatchObject({ name: `models/${model}`, inputTokenLimit: 1_048_576 })
    const listed = await all(await models.list({ config: { pageSize: 3 } }))
    expect(listed.map(({ name }) => name)).toContain(`models/${model}`)
    const chat = client.chats.create({ model })
    const first = await chat.sendMessage({ message: 'one' })
    const second = await chat.sendMessage({ message: 'one' })
    expect(second.text).not.toBe(first.text)
  })

  it('why a prompt is blocked', async () => {
    const { models } = await start({ defaults: { contentFilterRate: 1 } })
    const answer = await models.generateContent({ model, contents })
    expect(answer.promptFeedback?.blockReason).toBe('SAFETY')
    expect(answer.candidates).toBeUndefined()
  })
})

describe('the official client throws', () => {
  it.each([
    ['an unknown model', {}, { model: 'gemini-9' }, 404, 'NOT_FOUND'],
    ['a value out of range', {}, { config: { temperature: 9 } }, 400, 'temperature must be in the range'],
    ['a bad key', { keys: ['AIza-other'] }, {}, 400, 'API key not valid'],
    ['a limit', { faults: [{ kind: 'rate_limit' as const }] }, {}, 429, 'retryDelay'],
    ['an overload', { faults: [{ kind: 'overloaded' as const }] }, {}, 503, 'The model is overloaded'],
  ])('%s', async (_name, options, more, status, message) => {
    const { models } = await start(options)
    const error = await errorOf(models.generateContent({ model, contents, ...more }))
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status, message: expect.stringContaining(message) })
  })

  it('what comes in the middle of a stream', async () => {
    const { models } = await start({ faults: [{ kind: 'stream_error', afterEvents: 2 }] })
    const stream = await models.generateContentStream({ model, contents })
    const seen: unknown[] = []
    const error = await errorOf(
      (async () => {
        for await (const chunk of stream) seen.push(chunk)
      })(),
    )
    expect(seen).toHaveLength(2)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 500 })
  })

  it.each(['stream_cut', 'stream_invalid_json', 'stream_reset'] as const)('%s', async (kind) => {
    const { models } = await start({ faults: [{ kind, afterEvents: 2 }] })
    const error = await errorOf(models.generateContentStream({ model, contents }).then(all))
    expect(error).toBeInstanceOf(Error)
  })
})
