import type Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf } from '../support/anthropic.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import {
  chatAnswer,
  chunk,
  DONE,
  type ScriptedProvider,
  startScriptedProvider,
  USAGE,
  usageChunk,
} from '../support/scripted-provider.ts'

/** Anthropic's client, whose tools are called by a model that speaks OpenAI's format alone. */

let provider: ScriptedProvider
let server: TestGateway
let anthropic: Anthropic

beforeAll(async () => {
  provider = await startScriptedProvider()
  server = await openGateway({ provider: provider.url })
  anthropic = anthropicOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const ask = {
  model: 'gpt-4.1',
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: '서울과 부산의 날씨는?' }],
  tools: [
    {
      name: 'weather',
      input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
    },
  ],
  tool_choice: { type: 'any' as const, disable_parallel_tool_use: false },
}

const callOf = (id: string, city: string): object => ({
  id,
  type: 'function',
  function: { name: 'weather', arguments: JSON.stringify({ city }) },
})

const USED = [
  { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: '서울' } },
  { type: 'tool_use', id: 'call_2', name: 'weather', input: { city: '부산' } },
]

describe('the tools of a message', () => {
  it('are offered as functions, and called side by side', async () => {
    const asked = anthropic.messages.create(ask)
    const call = await provider.next()
    expect(call.json).toMatchObject({
      tools: [{ type: 'function', function: { name: 'weather', parameters: ask.tools[0]?.input_schema } }],
      tool_choice: 'required',
    })
    const message = {
      role: 'assistant',
      content: null,
      tool_calls: [callOf('call_1', '서울'), callOf('call_2', '부산')],
    }
    call.answer(200, {
      ...chatAnswer(''),
      choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
      usage: USAGE,
    })
    expect(await asked).toMatchObject({ content: USED, stop_reason: 'tool_use' })
  })

  it('are called the same in a stream that brings their inputs bit by bit', async () => {
    const stream = anthropic.messages.stream(ask)
    const call = await provider.next()
    const delta = (calls: readonly object[], finish_reason: string | null = null): string =>
      chunk({ choices: [{ index: 0, delta: { tool_calls: calls }, finish_reason }], usage: null })
    call.begin()
    call.write(
      delta([{ index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }]) +
        delta([{ index: 0, function: { arguments: '{"ci' } }]) +
        delta([{ index: 0, function: { arguments: 'ty":"서울"}' } }]) +
        delta([{ index: 1, ...callOf('call_2', '부산') }]) +
        delta([], 'tool_calls') +
        usageChunk +
        DONE,
    )
    call.end()
    expect(await stream.finalMessage()).toMatchObject({
      content: USED,
      stop_reason: 'tool_use',
      usage: { input_tokens: 9, output_tokens: 4 },
    })
  })

  it('give their results in messages of their own, before what the user says', async () => {
    const asked = anthropic.messages.create({
      ...ask,
      messages: [
        ...ask.messages,
        { role: 'assistant', content: USED.map((block) => ({ ...block, type: 'tool_use' as const })) },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1', content: '맑음' },
            { type: 'tool_result', tool_use_id: 'call_2', content: '흐림' },
            { type: 'text', text: '비교해 줘' },
          ],
        },
      ],
    })
    const call = await provider.next()
    expect(call.json.messages).toEqual([
      { role: 'user', content: '서울과 부산의 날씨는?' },
      { role: 'assistant', content: null, tool_calls: [callOf('call_1', '서울'), callOf('call_2', '부산')] },
      { role: 'tool', tool_call_id: 'call_1', content: '맑음' },
      { role: 'tool', tool_call_id: 'call_2', content: '흐림' },
      { role: 'user', content: [{ type: 'text', text: '비교해 줘' }] },
    ])
    call.answer(200, chatAnswer('서울이 더 맑아요.'))
    expect(await asked).toMatchObject({ content: [{ type: 'text', text: '서울이 더 맑아요.' }] })
  })
})
