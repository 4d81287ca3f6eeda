import type Anthropic from '@anthropic-ai/sdk'
import { simulatedDeployments } from '@sheepfold/gateway'
import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import type OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf } from '../support/anthropic.ts'
import { batchEnded, created, resultsEnded } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { openaiOf } from '../support/openai.ts'

/** The models of Anthropic's as `--simulate` has them: their double speaks Anthropic's format alone. */
let double: SimulatorServer
let server: TestGateway
let anthropic: Anthropic
let openai: OpenAI

beforeAll(async () => {
  double = await startSimulator({ defaults: { requestsPerMinute: 60_000, inputTokensPerMinute: 9_000_000 } })
  server = await openGateway({
    provider: double.url,
    adapt: (config) => ({ ...config, deployments: simulatedDeployments(double.url) }),
  })
  anthropic = anthropicOf(server)
  openai = openaiOf(server)
})

afterEach(() => double.simulator.setFaults([]))

afterAll(async () => {
  await server.stop()
  await double.close()
})

const messages = [{ role: 'user' as const, content: 'What is a sheepfold? 양 우리' }]
const message = { model: 'batch-pro', max_tokens: 500, messages }

/** What the double says to a conversation, whoever's format it came in. */
const answerTo = (conversation: object[]): string =>
  double.simulator.expectedAnswer(
    { model: 'claude-sonnet-4-5', max_tokens: 500, messages: conversation },
    '/v1/messages',
  )

describe('a model of Anthropic', () => {
  it('answers messages, whole and streamed', async () => {
    const whole = await anthropic.messages.create(message)
    expect(whole.content).toMatchObject([{ type: 'text', text: answerTo(messages) }])
    const streamed = await anthropic.messages.stream(message).finalMessage()
    expect(streamed.content).toEqual(whole.content)
    expect(streamed.usage).toEqual(whole.usage)
  })

  it('answers chat completions, whole and streamed', async () => {
    const whole = await openai.chat.completions.create({ model: 'batch-pro', messages })
    expect(whole.choices[0]?.message.content).toBe(answerTo(messages))
    expect(whole.choices[0]?.finish_reason).toBe('stop')
    const stream = openai.chat.completions.stream({ model: 'batch-pro', messages })
    expect(await stream.finalContent()).toBe(answerTo(messages))
  })

  it('calls the tool that it must', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } }
    const completion = await openai.chat.completions.create({
      model: 'batch-pro',
      messages,
      tools: [{ type: 'function', function: { name: 'find', parameters } }],
      tool_choice: 'required',
    })
    const [call] = completion.choices[0]?.message.tool_calls ?? []
    if (call?.type !== 'function') throw new Error('no function is called')
    expect(call.function.name).toBe('find')
    expect(JSON.parse(call.function.arguments)).toEqual({ city: expect.any(String) })
    expect(completion.choices[0]?.finish_reason).toBe('tool_calls')
  })

  it('answers a batch, and what is overloaded at first in the end', async () => {
    double.simulator.setFaults([{ kind: 'overloaded', firstCalls: 1, every: 2 }])
    const prompts = ['one', 'two', 'three', 'four'].map((word) => `What is ${word}?`)
    const tasks = prompts.map((prompt, index) => ({ custom_id: `r-${index}`, prompt }))
    const { batch_id } = await created(server, { model: 'batch-pro', tasks })
    expect((await batchEnded(server, batch_id)).status).toBe('completed')
    const { results } = await resultsEnded(server, batch_id)
    expect(results.map(({ output }) => output)).toEqual(
      prompts.map((content) => answerTo([{ role: 'user', content }])),
    )
    expect(double.simulator.stats().outcomes.overloaded).toBeGreaterThan(0)
  })

  it('has the rates that its provider tells', async () => {
    const { secret } = await server.newOperatorKey()
    const response = await fetch(`${server.url}/v1/admin/deployments`, {
      headers: { authorization: `Bearer ${secret}` },
    })
    const { data } = (await response.json()) as { data: { id: string; learned: object }[] }
    expect(data.find(({ id }) => id === 'simulator/batch-pro')?.learned).toMatchObject({
      requests_per_minute: 60_000,
      input_tokens_per_minute: 9_000_000,
      output_tokens_per_minute: null,
      tokens_per_minute: null,
    })
  })
})
