import type Anthropic from '@anthropic-ai/sdk'
import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import type OpenAI from 'openai'
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionTool,
} from 'openai/resources/chat/completions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf, atAnthropic, refusalOf } from '../support/anthropic.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { CHAT, ended, linesOf, openaiOf, refusalOf as refusalOfOpenai, submit } from '../support/openai.ts'

/** The official clients, each with a model that speaks nothing but the other's format. */

const MODEL = 'claude-sonnet-4-5'

let provider: SimulatorServer
let server: TestGateway
let openai: OpenAI
let anthropic: Anthropic

beforeAll(async () => {
  provider = await startSimulator()
  server = await openGateway({ provider: provider.url, adapt: atAnthropic(MODEL, provider.url) })
  openai = openaiOf(server)
  anthropic = anthropicOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const messages: ChatCompletionCreateParamsNonStreaming['messages'] = [
  { role: 'system', content: '짧게 답하세요.' },
  { role: 'user', content: '양 우리란 무엇인가요?' },
]

/** What the double says to the same request in its own format. */
const saidTo = (more: object = {}): string =>
  provider.simulator.expectedAnswer(
    {
      model: MODEL,
      max_tokens: 4_096,
      system: '짧게 답하세요.',
      messages: [{ role: 'user', content: '양 우리란 무엇인가요?' }],
      ...more,
    },
    '/v1/messages',
  )

const WEATHER: ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'weather',
    description: '도시의 날씨',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
}

describe("a chat completion by Anthropic's model", () => {
  it('is the answer that the model gives, with its usage', async () => {
    const completion = await openai.chat.completions.create({ model: MODEL, messages })
    const [choice] = completion.choices
    expect(choice?.message.content).toBe(saidTo())
    expect(choice?.finish_reason).toBe('stop')
    expect(completion.id).toMatch(/^chatcmpl-/)
    const { usage } = completion
    expect(usage?.prompt_tokens).toBeGreaterThan(0)
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0))
  })

  it('comes as a stream of the same words', async () => {
    const stream = openai.chat.completions.stream({
      model: MODEL,
      messages,
      stream_options: { include_usage: true },
    })
    const completion = await stream.finalChatCompletion()
    expect(completion.choices[0]?.message.content).toBe(saidTo())
    expect(completion.usage?.completion_tokens).toBeGreaterThan(0)
  })

  it('tells no usage in a stream where nobody asked for it', async () => {
    const stream = await openai.chat.completions.create({ model: MODEL, messages, stream: true })
    let text = ''
    for await (const chunk of stream) {
      expect(chunk.usage).toBeUndefined()
      text += chunk.choices[0]?.delta.content ?? ''
    }
    expect(text).toBe(saidTo())
  })

  it('calls the tool that it must call, and goes on with its result', async () => {
    const ask = { model: MODEL, messages, tools: [WEATHER], tool_choice: 'required' } as const
    const [choice] = (await openai.chat.completions.create({ ...ask, tools: [WEATHER] })).choices
    expect(choice?.finish_reason).toBe('tool_calls')
    const [call] = choice?.message.tool_calls ?? []
    if (!choice || call?.type !== 'function') throw new Error('no function was called')
    expect(call.function.name).toBe('weather')
    expect(JSON.parse(call.function.arguments)).toHaveProperty('city')
    const answered = await openai.chat.completions.create({
      model: MODEL,
      tools: [WEATHER],
      messages: [
        ...messages,
        choice.message,
        { role: 'tool', tool_call_id: call.id, content: '맑음, 21도' },
        { role: 'user', content: '고마워' },
      ],
    })
    expect(answered.choices[0]?.finish_reason).toBe('stop')
  })

  it('streams the call of a tool as the whole answer has it', async () => {
    const ask = { model: MODEL, messages, tools: [WEATHER], tool_choice: 'required' as const }
    const whole = await openai.chat.completions.create(ask)
    const streamed = await openai.chat.completions.stream(ask).finalChatCompletion()
    const argumentsOf = (completion: OpenAI.ChatCompletion): unknown[] =>
      (completion.choices[0]?.message.tool_calls ?? []).map((call) =>
        call.type === 'function' ? [call.function.name, JSON.parse(call.function.arguments)] : call.type,
      )
    expect(argumentsOf(streamed)).toEqual(argumentsOf(whole))
    expect(argumentsOf(whole)).toHaveLength(1)
  })

  it('keeps to a JSON schema', async () => {
    const completion = await openai.chat.completions.create({
      model: MODEL,
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'recipe',
          strict: true,
          schema: {
            type: 'object',
            properties: { 재료: { type: 'array', items: { type: 'string' } } },
            required: ['재료'],
            additionalProperties: false,
          },
        },
      },
    })
    // The double answers with JSON where it was asked to keep to a schema, and refuses what it does not know.
    const answer: unknown = JSON.parse(completion.choices[0]?.message.content ?? '')
    expect(answer).toEqual(expect.any(Object))
  })

  it('is refused with the name of the field where it cannot be asked for', async () => {
    const error = await refusalOfOpenai(openai.chat.completions.create({ model: MODEL, messages, n: 2 }))
    expect(error.status).toBe(400)
    expect(error.message).toContain("'n'")
  })

  it('tells an error of the provider in the words of OpenAI', async () => {
    const error = await refusalOfOpenai(openai.chat.completions.create({ model: MODEL, messages, stop: ' ' }))
    expect(error.status).toBe(400)
    expect(error.type).toBe('invalid_request_error')
    expect(error.message).toContain('stop sequence')
  })
})

describe("a batch file for Anthropic's model", () => {
  const line = (id: string, body: object): string =>
    JSON.stringify({ custom_id: id, method: 'POST', url: CHAT, body: { model: MODEL, messages, ...body } })

  it('is answered line by line with chat completions', async () => {
    const lines = Array.from({ length: 20 }, (_, at) =>
      line(`r-${at}`, { messages: [{ role: 'user', content: `${at}번째 질문` }] }),
    )
    const batch = await ended(openai, await submit(openai, lines))
    expect(batch.request_counts).toEqual({ total: 20, completed: 20, failed: 0 })
    const answers = await linesOf(openai, batch.output_file_id)
    expect(answers.map(({ custom_id: id }) => id).sort()).toEqual(
      Array.from({ length: 20 }, (_, at) => `r-${at}`).sort(),
    )
    for (const { response } of answers) {
      expect(response?.body).toMatchObject({
        object: 'chat.completion',
        choices: [{ message: { role: 'assistant' }, finish_reason: 'stop' }],
        usage: { total_tokens: expect.any(Number) },
      })
    }
    expect(batch.usage?.total_tokens).toBe(
      answers.reduce((sum, { response }) => {
        const body = response?.body as OpenAI.ChatCompletion | undefined
        return sum + (body?.usage?.total_tokens ?? 0)
      }, 0),
    )
  })
})

describe("a message by OpenAI's model", () => {
  const GPT = 'gpt-4.1'
  const asked = { model: GPT, max_tokens: 500, system: '짧게 답하세요.' }
  const question = [{ role: 'user' as const, content: '양 우리란 무엇인가요?' }]

  /** What the double says to the same request in its own format. */
  const said = (): string =>
    provider.simulator.expectedAnswer({ model: GPT, max_completion_tokens: 500, messages }, CHAT)

  it('is the answer that the model gives, with its usage', async () => {
    const message = await anthropic.messages.create({ ...asked, messages: question })
    expect(message).toMatchObject({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: said() }],
      stop_reason: 'end_turn',
    })
    expect(message.id).toMatch(/^msg_/)
    expect(message.usage.input_tokens).toBeGreaterThan(0)
    expect(message.usage.output_tokens).toBeGreaterThan(0)
  })

  it('comes as a stream of the same words and the same usage', async () => {
    const whole = await anthropic.messages.create({ ...asked, messages: question })
    const streamed = await anthropic.messages.stream({ ...asked, messages: question }).finalMessage()
    expect(streamed.content).toMatchObject([{ type: 'text', text: said() }])
    expect(streamed.stop_reason).toBe('end_turn')
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens)
  })

  it('is cut at the limit', async () => {
    const message = await anthropic.messages.create({ ...asked, max_tokens: 2, messages: question })
    expect(message.stop_reason).toBe('max_tokens')
    expect(message.usage.output_tokens).toBe(2)
  })

  it('is refused with the name of the field where it would lose something', async () => {
    const error = await refusalOf(
      anthropic.messages.create({ ...asked, messages: question, container: 'container_1' }),
    )
    expect(error.status).toBe(400)
    expect(error.message).toContain('container')
  })
})
