import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf, refusalOf } from '../support/anthropic.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import {
  END,
  errorAnswer,
  event,
  messageAnswer,
  START,
  speaksAnthropic,
  textDelta,
} from '../support/scripted-anthropic.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'

let provider: ScriptedProvider
let server: TestGateway
let anthropic: Anthropic

beforeAll(async () => {
  provider = await startScriptedProvider()
  server = await openGateway({ provider: provider.url, adapt: speaksAnthropic })
  anthropic = anthropicOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const message = {
  model: 'batch-pro',
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'hi' }],
}

/** The client shall not try again by itself: the test counts what reaches the provider. */
const once = { maxRetries: 0 }

describe("Anthropic's client, with a message", () => {
  it('gets it whole, under the name that the provider has for the model', async () => {
    const asked = anthropic.messages.create(message).withResponse()
    const call = await provider.next()
    expect(call.path).toBe('/v1/messages')
    expect(call.headers['x-api-key']).toBe('sk-simulated')
    expect(call.headers['anthropic-version']).toBe('2026-10-21')
    expect(call.json).toEqual({ ...message, model: 'claude-sonnet-4-5' })
    call.answer(200, messageAnswer('hello'), { 'request-id': 'req_theirs' })
    const { data, response, request_id } = await asked
    expect(data.content).toEqual([{ type: 'text', text: 'hello' }])
    expect(data.usage).toMatchObject({ input_tokens: 9, output_tokens: 4 })
    expect(request_id).toBe(response.headers.get('request-id'))
    expect(request_id).toMatch(/^req_\w{24}$/)
    expect(response.headers.get('x-provider-request-id')).toBe('req_theirs')
  })

  it('gets it whichever header its key is in', async () => {
    for (const headers of [
      { 'x-api-key': server.key, authorization: null },
      { authorization: `Bearer ${server.key}`, 'x-api-key': null },
      { authorization: `Bearer ${server.key}`, 'x-api-key': server.key },
    ]) {
      const asked = anthropicOf(server, 'sk-wrong').messages.create(message, { headers })
      ;(await provider.next()).answer(200, messageAnswer('hello'))
      expect((await asked).content).toEqual([{ type: 'text', text: 'hello' }])
    }
  })

  it('gets it as a stream, with its helper and without', async () => {
    const stream = anthropic.messages.stream(message)
    const call = await provider.next()
    expect(call.json).toEqual({ ...message, model: 'claude-sonnet-4-5', stream: true })
    call.begin()
    call.write(START + event('ping') + textDelta('one '))
    const texts: string[] = []
    for await (const each of stream) {
      if (each.type !== 'content_block_delta' || each.delta.type !== 'text_delta') continue
      texts.push(each.delta.text)
      if (texts.length === 1) call.write(textDelta('two'))
      if (texts.length === 2) {
        call.write(END)
        call.end()
      }
    }
    expect(texts).toEqual(['one ', 'two'])
    expect(await stream.finalMessage()).toMatchObject({
      content: [{ type: 'text', text: 'one two' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 9, output_tokens: 4 },
    })

    const raw = anthropic.messages.create({ ...message, stream: true })
    const second = await provider.next()
    second.begin()
    second.write(START + textDelta('x') + END)
    second.end()
    const types: string[] = []
    for await (const { type } of await raw) types.push(type)
    expect(types).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  it('throws where the stream breaks in the middle, whatever it has got by then', async () => {
    const asked = anthropic.messages.create({ ...message, stream: true })
    const call = await provider.next()
    call.begin()
    call.write(START + textDelta('one'))
    const texts: string[] = []
    const error = await refusalOf(
      (async () => {
        for await (const each of await asked) {
          if (each.type !== 'content_block_delta') continue
          texts.push(each.delta.type === 'text_delta' ? each.delta.text : '')
          call.write('event: content_block_delta\ndata: {"type":"conte')
          call.reset()
        }
      })(),
    )
    expect(texts).toEqual(['one'])
    expect(error).toMatchObject({ type: 'api_error', errorCode: 'stream_broken' })
    expect(error.requestID).toMatch(/^req_/)
  })

  it('stops the provider when it stops', async () => {
    const stream = anthropic.messages.stream(message)
    const streamed = await provider.next()
    streamed.begin()
    streamed.write(START + textDelta('one'))
    const stopped = refusalOf(
      (async () => {
        for await (const { type } of stream) if (type === 'content_block_delta') stream.abort()
      })(),
    )
    await streamed.left
    expect(await stopped).toBeInstanceOf(Anthropic.APIUserAbortError)
    const gone = new AbortController()
    const whole = refusalOf(anthropic.messages.create(message, { signal: gone.signal }))
    const call = await provider.next()
    gone.abort()
    await call.left
    expect(await whole).toBeInstanceOf(Anthropic.APIUserAbortError)
  })

  it('counts the tokens that it would have, without the provider', async () => {
    const before = provider.calls.length
    const few = await anthropic.messages.countTokens({ model: 'batch-pro', messages: message.messages })
    expect(few.input_tokens).toBeGreaterThan(0)
    const tool = {
      name: 'weather',
      description: 'The weather of a town in a season of the year',
      input_schema: { type: 'object' as const, properties: { town: { type: 'string' } } },
    }
    const more = await anthropic.messages.countTokens({
      model: 'gpt-4.1',
      system: 'Answer in one word, and in none where there is nothing to say.',
      messages: message.messages,
      tools: [tool],
    })
    expect(more.input_tokens).toBeGreaterThan(few.input_tokens + 20)
    expect(provider.calls).toHaveLength(before)
    const unknown = anthropic.messages.countTokens({ model: 'claude-0', messages: message.messages })
    expect(await refusalOf(unknown)).toMatchObject({ status: 400, errorCode: 'unknown_model' })
  })
})

describe("Anthropic's client, with a call that is refused", () => {
  it.each([
    [400, Anthropic.BadRequestError, 'invalid_request_error'],
    [403, Anthropic.PermissionDeniedError, 'permission_error'],
    [413, Anthropic.ContentTooLargeError, 'request_too_large'],
    [422, Anthropic.UnprocessableEntityError, 'invalid_request_error'],
  ])("throws the provider's own error: %i", async (status, kind, type) => {
    const refused = refusalOf(anthropic.messages.create(message, once))
    const error = errorAnswer(type, `Say ${status} again.`)
    ;(await provider.next()).answer(status, error)
    expect(await refused).toBeInstanceOf(kind)
    expect(await refused).toMatchObject({ status, type, error })
  })

  it('throws what is wrong with its key, its model, its body', async () => {
    const wrong = await refusalOf(anthropicOf(server, 'sk-wrong').messages.create(message))
    expect(wrong).toBeInstanceOf(Anthropic.AuthenticationError)
    expect(wrong).toMatchObject({ status: 401, type: 'authentication_error', errorCode: 'unauthorized' })
    const unknown = await refusalOf(anthropic.messages.create({ ...message, model: 'claude-0' }))
    expect(unknown).toBeInstanceOf(Anthropic.BadRequestError)
    expect(unknown).toMatchObject({ type: 'invalid_request_error', errorCode: 'unknown_model' })
    const narrow = await server.newKey({ models: ['gpt-4.1'] })
    const other = await refusalOf(anthropicOf(server, narrow.secret).messages.create(message))
    expect(other).toBeInstanceOf(Anthropic.PermissionDeniedError)
    expect(other).toMatchObject({ type: 'permission_error', errorCode: 'model_not_allowed' })
    const sampled = await refusalOf(anthropic.messages.create(message, { body: { ...message, top_k: 5 } }))
    expect(sampled).toMatchObject({ status: 400, details: { field: 'top_k' } })
  })
})
