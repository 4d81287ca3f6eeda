import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { openaiOf } from '../support/openai.ts'
import {
  chatAnswer,
  DONE,
  type ScriptedProvider,
  startScriptedProvider,
  stopChunk,
  textChunk,
  usageChunk,
} from '../support/scripted-provider.ts'

let provider: ScriptedProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startScriptedProvider()
  server = await openGateway({ provider: provider.url })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const messages = [{ role: 'user' as const, content: 'hi' }]

describe("OpenAI's client, with an ordinary call", () => {
  it('gets a chat completion', async () => {
    const asked = openai.chat.completions.create({ model: 'batch-4.1', messages }).withResponse()
    const call = await provider.next()
    expect(call.path).toBe('/v1/chat/completions')
    expect(call.json).toEqual({ model: 'gpt-4.1', messages })
    call.answer(200, chatAnswer('hello'), { 'x-request-id': 'req_theirs', 'x-secret': 'no' })
    const { data, response } = await asked
    expect(data.choices[0]?.message.content).toBe('hello')
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    expect(response.headers.get('x-provider-request-id')).toBe('req_theirs')
    expect(response.headers.get('sheepfold-service-tier')).toBe('default')
    expect(response.headers.get('x-secret')).toBeNull()
  })

  it('gets a stream, event by event', async () => {
    const asked = openai.chat.completions.create({ model: 'gpt-4.1', messages, stream: true })
    const call = await provider.next()
    expect(call.json).toEqual({
      model: 'gpt-4.1',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    call.begin()
    call.write(textChunk('one '))
    const texts: unknown[] = []
    for await (const event of await asked) {
      texts.push(event.choices[0]?.delta.content)
      if (texts.length === 1) call.write(textChunk('two'))
      if (texts.length === 2) {
        call.write(stopChunk + usageChunk + DONE)
        call.end()
      }
    }
    expect(texts).toEqual(['one ', 'two', undefined])
  })
})
