import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf, refusalOf } from '../support/anthropic.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import {
  chatAnswer,
  DONE,
  type ScriptedProvider,
  startScriptedProvider,
  stopChunk,
  textChunk,
  usageChunk,
} from '../support/scripted-provider.ts'

/** Anthropic's client, and a provider that speaks OpenAI's format alone. */

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

const message = {
  model: 'gpt-4.1',
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'hi' }],
}

const once = { maxRetries: 0 }

describe("Anthropic's client, whose model speaks another format", () => {
  it('gets a message', async () => {
    const asked = anthropic.messages.create(message).withResponse()
    const call = await provider.next()
    expect(call.path).toBe('/v1/chat/completions')
    expect(call.headers).not.toHaveProperty('anthropic-version')
    call.answer(200, chatAnswer('hello'), { 'x-request-id': 'req_theirs' })
    const { data, response } = await asked
    expect(data).toMatchObject({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 9, output_tokens: 4 },
    })
    expect(response.headers.get('x-provider-request-id')).toBe('req_theirs')
  })

  it('gets a stream, event by event', async () => {
    const stream = anthropic.messages.stream(message)
    const call = await provider.next()
    call.begin()
    call.write(textChunk('one '))
    const texts: string[] = []
    for await (const each of stream) {
      if (each.type !== 'content_block_delta' || each.delta.type !== 'text_delta') continue
      texts.push(each.delta.text)
      if (texts.length === 1) call.write(textChunk('two'))
      if (texts.length === 2) {
        call.write(stopChunk + usageChunk + DONE)
        call.end()
      }
    }
    expect(texts).toEqual(['one ', 'two'])
    expect(await stream.finalMessage()).toMatchObject({
      stop_reason: 'end_turn',
      usage: { input_tokens: 9, output_tokens: 4 },
    })
  })

  it('throws where the stream breaks in the middle', async () => {
    const stream = anthropic.messages.stream(message, once)
    const call = await provider.next()
    call.begin()
    call.write(textChunk('one '))
    const error = await refusalOf(
      (async () => {
        for await (const { type } of stream) if (type === 'content_block_delta') call.reset()
      })(),
    )
    expect(error).toMatchObject({ type: 'api_error', errorCode: 'stream_broken' })
  })

  it.each([
    [400, Anthropic.BadRequestError, 'invalid_request_error'],
    [403, Anthropic.PermissionDeniedError, 'permission_error'],
    [422, Anthropic.UnprocessableEntityError, 'invalid_request_error'],
  ])("throws the provider's own words in its own envelope: %i", async (status, kind, type) => {
    const refused = refusalOf(anthropic.messages.create(message, once))
    const error = { message: `Say ${status} again.`, type: 't', param: null, code: 'c' }
    ;(await provider.next()).answer(status, { error })
    expect(await refused).toBeInstanceOf(kind)
    expect(await refused).toMatchObject({ status, type })
    expect((await refused).apiMessage).toContain(`Say ${status} again.`)
  })
})
