import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import type { Config } from '@sheepfold/gateway'
import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import OpenAI from 'openai'
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf } from '../support/anthropic.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { chatLine, ended, linesOf, openaiOf, refusalOf, submit } from '../support/openai.ts'

/** Models of Gemini's behind the official clients of OpenAI and Anthropic. */

const MODEL = 'gemini-2.5-flash'
/** It refuses a history of calls without their signatures. */
const SIGNING = 'gemini-3.5-flash'
const EMBEDDER = 'gemini-embedding-001'
const QUESTION = '양 우리가 무엇인가요?'

let provider: SimulatorServer
let pictures: Server
let picture: string
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startSimulator()
  pictures = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from('89504e470d0a1a0a00', 'hex')),
  )
  await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve))
  picture = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}/양.png`
  server = await openGateway({ provider: provider.url, adapt: geminiInItsOwnFormat })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  pictures.close()
  pictures.closeAllConnections()
  await provider.close()
})

const geminiInItsOwnFormat = (config: Config): Config => ({
  ...config,
  webhooks: { ...config.webhooks, allowPrivateNetworks: true },
  deployments: config.deployments.map((deployment) =>
    deployment.providerModel.startsWith('gemini-')
      ? { ...deployment, provider: 'gemini', baseUrl: `${provider.url}/v1beta` }
      : deployment,
  ),
})

const messages: ChatCompletionMessageParam[] = [
  { role: 'system', content: '짧게 답하세요.' },
  { role: 'user', content: QUESTION },
]

const WEATHER = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}

const TOOLS: ChatCompletionTool[] = ['weather', 'forecast'].map((name) => ({
  type: 'function',
  function: { name, description: '도시의 날씨', parameters: WEATHER },
}))

describe("OpenAI's client", () => {
  it('gets a chat completion', async () => {
    const answer = await openai.chat.completions.create({ model: MODEL, messages })
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-./),
      object: 'chat.completion',
      model: MODEL,
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', refusal: null } }],
    })
    expect(answer.choices[0]?.message.content).not.toBe('')
    const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = answer.usage ?? {}
    expect(total_tokens).toBe(prompt_tokens + completion_tokens)
    expect(answer.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0)
  })

  it('gets the same as a stream, with its usage', async () => {
    const whole = await openai.chat.completions.create({ model: MODEL, messages })
    const stream = openai.chat.completions.stream({
      model: MODEL,
      messages,
      stream_options: { include_usage: true },
    })
    let deltas = 0
    stream.on('content.delta', () => {
      deltas += 1
    })
    const streamed = await stream.finalChatCompletion()
    expect(streamed.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: whole.choices[0]?.message.content },
    })
    expect(streamed.usage).toEqual(whole.usage)
    expect(deltas).toBeGreaterThan(1)
  })

  it.each([MODEL, SIGNING])('has tools called by %s, and tells what they came to', async (model) => {
    const asked = await openai.chat.completions.create({
      model,
      messages,
      tools: TOOLS,
      tool_choice: { type: 'function', function: { name: 'forecast' } },
    })
    const [choice] = asked.choices
    const [call] = choice?.message.tool_calls ?? []
    expect(choice?.finish_reason).toBe('tool_calls')
    if (!choice || call?.type !== 'function') throw new Error('no call of a function')
    expect(call).toMatchObject({ id: expect.stringMatching(/./), function: { name: 'forecast' } })
    expect(JSON.parse(call.function.arguments)).toHaveProperty('city')
    const told = await openai.chat.completions.create({
      model,
      messages: [...messages, choice.message, { role: 'tool', tool_call_id: call.id, content: '맑음' }],
      tools: TOOLS,
    })
    expect(told.choices[0]).toMatchObject({ finish_reason: 'stop' })
  })

  it('has the same tool called in a stream', async () => {
    const order = { model: MODEL, messages, tools: TOOLS, tool_choice: 'required' as const }
    const whole = await openai.chat.completions.create(order)
    const streamed = await openai.chat.completions.stream(order).finalChatCompletion()
    expect(streamed.choices[0]?.finish_reason).toBe('tool_calls')
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject(
      (whole.choices[0]?.message.tool_calls ?? []).map(({ id, type, ...call }) => ({
        id,
        type,
        function: 'function' in call && call.function,
      })),
    )
  })

  it('gets JSON that keeps to its schema', async () => {
    const { choices } = await openai.chat.completions.create({
      model: MODEL,
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'weather', strict: true, schema: WEATHER },
      },
    })
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ city: expect.any(String) })
  })

  it('gets several choices', async () => {
    const { choices } = await openai.chat.completions.create({ model: MODEL, messages, n: 3 })
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2])
  })

  it('shows a picture by its URL', async () => {
    const content = [
      { type: 'text' as const, text: QUESTION },
      { type: 'image_url' as const, image_url: { url: picture } },
    ]
    const { choices } = await openai.chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content }],
    })
    expect(choices[0]?.finish_reason).toBe('stop')
  })

  it('is told what the provider refuses, in words of its own dialect', async () => {
    const refused = await refusalOf(
      openai.chat.completions.create({ model: MODEL, messages, temperature: 9 }),
    )
    expect(refused).toBeInstanceOf(OpenAI.BadRequestError)
    expect(refused.message).toMatch(/temperature/i)
  })

  it('is told which field Gemini has no word for, and may do without', async () => {
    const order = { model: MODEL, messages, logit_bias: { '50256': -100 } }
    const refused = await refusalOf(openai.chat.completions.create(order))
    expect(refused).toBeInstanceOf(OpenAI.BadRequestError)
    expect(refused.message).toContain('logit_bias')
    const allowed = await openai.chat.completions.create(order, { headers: { 'Sheepfold-Lossy': 'warn' } })
    expect(allowed.choices[0]?.finish_reason).toBe('stop')
  })

  it('gets embeddings, as numbers and in the base64 that it asks for itself', async () => {
    const order = { model: EMBEDDER, input: [QUESTION, '다른 글'], dimensions: 768 }
    const packed = await openai.embeddings.create(order)
    const plain = await openai.embeddings.create({ ...order, encoding_format: 'float' })
    expect(packed.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 768],
      [1, 768],
    ])
    const [first] = plain.data
    expect(packed.data[0]?.embedding).toEqual([...new Float32Array(first?.embedding ?? [])])
  })

  it('has a file of requests answered, each in its dialect', async () => {
    const lines = Array.from({ length: 20 }, (_, at) =>
      chatLine(`r-${at}`, `${QUESTION} ${at}`, { model: MODEL }),
    )
    const batch = await ended(openai, await submit(openai, lines))
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { total: 20, completed: 20, failed: 0 },
    })
    const answers = await linesOf(openai, batch.output_file_id)
    expect(answers.map((line) => line.custom_id)).toEqual(lines.map((_, at) => `r-${at}`))
    for (const { response } of answers) {
      expect(response?.body).toMatchObject({
        object: 'chat.completion',
        choices: [{ finish_reason: 'stop' }],
        usage: { total_tokens: expect.any(Number) },
      })
    }
  })
})

describe("Anthropic's client", () => {
  const question = {
    max_tokens: 2_000,
    system: '짧게 답하세요.',
    messages: [{ role: 'user' as const, content: QUESTION }],
  }
  const params = { ...question, model: MODEL }
  const weather: Anthropic.Tool = {
    name: 'weather',
    input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  }
  const tools = [weather]

  it('gets a message', async () => {
    const message = await anthropicOf(server).messages.create(params)
    expect(message).toMatchObject({
      id: expect.stringMatching(/^msg_./),
      type: 'message',
      role: 'assistant',
      model: MODEL,
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: expect.stringMatching(/./) }],
    })
    expect(message.usage.output_tokens_details?.thinking_tokens).toBeGreaterThan(0)
  })

  it('gets the same as a stream', async () => {
    const anthropic = anthropicOf(server)
    const whole = await anthropic.messages.create(params)
    const stream = anthropic.messages.stream(params)
    let deltas = 0
    stream.on('text', () => {
      deltas += 1
    })
    const streamed = await stream.finalMessage()
    expect(streamed).toMatchObject({ content: whole.content, stop_reason: 'end_turn', usage: whole.usage })
    expect(deltas).toBeGreaterThan(1)
  })

  it('sees the thoughts that it asked for, whole and streamed', async () => {
    const anthropic = anthropicOf(server)
    const order = { ...params, thinking: { type: 'enabled' as const, budget_tokens: 1_024 } }
    const whole = await anthropic.messages.create(order)
    expect(whole.content.map(({ type }) => type)).toEqual(['thinking', 'text'])
    const streamed = await anthropic.messages.stream(order).finalMessage()
    expect(streamed.content).toEqual(whole.content)
  })

  it.each([MODEL, SIGNING])('has tools used by %s, and tells what they came to', async (model) => {
    const anthropic = anthropicOf(server)
    const params = { ...question, model }
    const tool_choice = { type: 'tool' as const, name: 'weather' }
    const asked = await anthropic.messages.create({ ...params, tools, tool_choice })
    expect(asked.stop_reason).toBe('tool_use')
    const use = asked.content.find((block) => block.type === 'tool_use')
    if (!use) throw new Error('no tool was used')
    expect(use).toMatchObject({ name: 'weather', input: { city: expect.any(String) } })
    const streamed = await anthropic.messages.stream({ ...params, tools, tool_choice }).finalMessage()
    expect(streamed.content).toEqual(asked.content)
    const told = await anthropic.messages.create({
      ...params,
      messages: [
        ...params.messages,
        { role: 'assistant', content: asked.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: '맑음' }] },
      ],
      tools,
    })
    expect(told.stop_reason).toBe('end_turn')
  })

  it('is told what the provider refuses, and what Gemini has no word for, in its own dialect', async () => {
    const anthropic = anthropicOf(server)
    const lossy = { ...params, metadata: { user_id: 'u1' } }
    await expect(anthropic.messages.create(lossy)).rejects.toThrow(/metadata\.user_id/)
    await expect(
      anthropic.messages.create(lossy, { headers: { 'Sheepfold-Lossy': 'warn' } }),
    ).resolves.toMatchObject({ type: 'message' })
    const refused = anthropic.messages.create({ ...params, tools: [{ ...weather, name: 'a name!' }] })
    await expect(refused).rejects.toBeInstanceOf(Anthropic.BadRequestError)
    await expect(refused).rejects.toMatchObject({
      error: { type: 'error', error: { type: 'invalid_request_error' } },
    })
  })

  it('has a batch of messages answered, each as a message', async () => {
    const anthropic = anthropicOf(server)
    const made = await anthropic.messages.batches.create({
      requests: [
        { custom_id: 'plain', params },
        { custom_id: 'tool', params: { ...params, tools, tool_choice: { type: 'any' } } },
      ],
    })
    let batch = made
    while (batch.processing_status !== 'ended') {
      batch = await anthropic.messages.batches.retrieve(made.id, {}, { headers: { prefer: 'wait=60' } })
    }
    const results = new Map<string, unknown>()
    for await (const { custom_id, result } of await anthropic.messages.batches.results(made.id)) {
      results.set(custom_id, result)
    }
    expect(results.get('plain')).toMatchObject({
      type: 'succeeded',
      message: {
        type: 'message',
        role: 'assistant',
        stop_reason: 'end_turn',
        content: [{ type: 'text', text: expect.stringMatching(/./) }],
        usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
      },
    })
    expect(results.get('tool')).toMatchObject({
      type: 'succeeded',
      message: { stop_reason: 'tool_use', content: [{ type: 'tool_use', name: 'weather' }] },
    })
  })
})
