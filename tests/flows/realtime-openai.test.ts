import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { openaiOf, refusalOf } from '../support/openai.ts'
import {
  chatAnswer,
  DONE,
  type ScriptedProvider,
  startScriptedProvider,
  stopChunk,
  textChunk,
  USAGE,
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
const chat = { model: 'gpt-4.1', messages }

/** The client shall not try again by itself: the test counts what reaches the provider. */
const once = { maxRetries: 0 }

describe("OpenAI's client, with an ordinary call", () => {
  it('gets a chat completion, under the name that the provider has for the model', async () => {
    const asked = openai.chat.completions.create({ model: 'batch-4.1', messages }).withResponse()
    const call = await provider.next()
    expect(call.path).toBe('/v1/chat/completions')
    expect(call.headers.authorization).toBe('Bearer sk-simulated')
    expect(call.json).toEqual({ model: 'gpt-4.1', messages })
    call.answer(200, chatAnswer('hello'), { 'x-request-id': 'req_theirs', 'x-secret': 'no' })
    const { data, response, request_id } = await asked
    expect(data.choices[0]?.message.content).toBe('hello')
    expect(request_id).toMatch(/^req_\w+$/)
    expect(response.headers.get('x-provider-request-id')).toBe('req_theirs')
    expect(response.headers.get('sheepfold-service-tier')).toBe('default')
    expect(response.headers.get('x-secret')).toBeNull()
  })

  it('gets a text completion', async () => {
    const asked = openai.completions.create({ model: 'gpt-4.1', prompt: 'once' })
    const call = await provider.next()
    expect(call.path).toBe('/v1/completions')
    call.answer(200, { choices: [{ index: 0, text: ' upon', finish_reason: 'stop' }], usage: USAGE })
    expect((await asked).choices[0]?.text).toBe(' upon')
  })

  it('gets embeddings', async () => {
    const asked = openai.embeddings.create({ model: 'text-embedding-3-small', input: 'hi' })
    const call = await provider.next()
    expect(call.path).toBe('/v1/embeddings')
    // It asks for base64, and decodes it.
    expect(call.json.encoding_format).toBe('base64')
    const embedding = Buffer.from(Float32Array.from([1, 0.5]).buffer).toString('base64')
    call.answer(200, { data: [{ index: 0, embedding }], usage: { prompt_tokens: 1, total_tokens: 1 } })
    expect((await asked).data[0]?.embedding).toEqual([1, 0.5])
  })

  it('gets a response', async () => {
    const asked = openai.responses.create({ model: 'gpt-4.1', input: 'hi' })
    const call = await provider.next()
    expect(call.path).toBe('/v1/responses')
    call.answer(200, responseOf('hello'))
    expect((await asked).output_text).toBe('hello')
  })
})

describe("OpenAI's client, with a stream", () => {
  it('gets it event by event, and no usage that it did not ask for', async () => {
    const asked = openai.chat.completions.create({ ...chat, stream: true })
    const call = await provider.next()
    expect(call.json).toEqual({ ...chat, stream: true, stream_options: { include_usage: true } })
    call.begin()
    call.write(textChunk('one '))
    const events: unknown[] = []
    for await (const event of await asked) {
      events.push([event.choices[0]?.delta.content, event.usage])
      if (events.length === 1) call.write(textChunk('two'))
      if (events.length === 2) {
        call.write(stopChunk + usageChunk + DONE)
        call.end()
      }
    }
    expect(events).toEqual([
      ['one ', null],
      ['two', null],
      [undefined, null],
    ])
  })

  it('gets the usage that it asked for', async () => {
    const asked = openai.chat.completions.create({
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    })
    const call = await provider.next()
    call.begin()
    call.write(textChunk('one') + stopChunk + usageChunk + DONE)
    call.end()
    const usages: unknown[] = []
    for await (const { usage } of await asked) usages.push(usage)
    expect(usages).toEqual([null, null, USAGE])
  })

  it('gets a stream of text completions, and of responses', async () => {
    const completion = openai.completions.create({ model: 'gpt-4.1', prompt: 'once', stream: true })
    const first = await provider.next()
    first.begin()
    first.write(
      `data: {"choices":[{"index":0,"text":" upon","finish_reason":"stop"}]}\n\n${usageChunk}${DONE}`,
    )
    first.end()
    const texts: unknown[] = []
    for await (const { choices } of await completion) texts.push(choices[0]?.text)
    expect(texts).toEqual([' upon'])

    const response = openai.responses.create({ model: 'gpt-4.1', input: 'hi', stream: true })
    const second = await provider.next()
    expect(second.json).toEqual({ model: 'gpt-4.1', input: 'hi', stream: true })
    second.begin()
    const done = { type: 'response.completed', response: responseOf('hello') }
    second.write(
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"hello"}\n\n' +
        `event: response.completed\ndata: ${JSON.stringify(done)}\n\n`,
    )
    second.end()
    const types: string[] = []
    for await (const { type } of await response) types.push(type)
    expect(types).toEqual(['response.output_text.delta', 'response.completed'])
  })

  it('throws where the stream breaks in the middle, whatever it has got by then', async () => {
    const asked = openai.chat.completions.create({ ...chat, stream: true })
    const call = await provider.next()
    call.begin()
    call.write(textChunk('one'))
    const texts: unknown[] = []
    const error = await refusalOf(
      (async () => {
        for await (const event of await asked) {
          texts.push(event.choices[0]?.delta.content)
          call.write('data: {"choices":[{"index":0,"delta":{"content":"tw')
          call.reset()
        }
      })(),
    )
    expect(texts).toEqual(['one'])
    expect(error).toMatchObject({ code: 'stream_broken', type: 'server_error' })
  })

  it('stops the provider when it stops', async () => {
    const asked = openai.chat.completions.create({ ...chat, stream: true })
    const call = await provider.next()
    call.begin()
    call.write(textChunk('one'))
    for await (const _event of await asked) break
    await call.left
  })
})

describe("OpenAI's client, with a call that is refused", () => {
  it.each([
    [400, OpenAI.BadRequestError],
    [403, OpenAI.PermissionDeniedError],
    [404, OpenAI.NotFoundError],
    [422, OpenAI.UnprocessableEntityError],
  ])("throws the provider's own error: %i", async (status, kind) => {
    const refused = refusalOf(openai.chat.completions.create(chat, once))
    const error = { message: `Say ${status} again.`, type: 'its_type', param: 'its_param', code: 'its_code' }
    ;(await provider.next()).answer(status, { error }, { 'x-request-id': 'req_theirs' })
    expect(await refused).toBeInstanceOf(kind)
    expect(await refused).toMatchObject({ status, error })
  })

  it('throws what is wrong with its key, its model, its body', async () => {
    const wrong = await refusalOf(openaiOf(server, 'sk-wrong').chat.completions.create(chat))
    expect(wrong).toMatchObject({ status: 401, code: 'invalid_api_key' })
    const unknown = await refusalOf(openai.chat.completions.create({ ...chat, model: 'gpt-9' }))
    expect(unknown).toMatchObject({ status: 400, code: 'model_not_found', param: 'model' })
    const narrow = await server.newKey({ models: ['batch-pro'] })
    const other = await refusalOf(openaiOf(server, narrow.secret).chat.completions.create(chat))
    expect(other).toMatchObject({ status: 403, code: 'model_not_allowed', param: 'model' })
    const background = await refusalOf(
      openai.responses.create({ model: 'gpt-4.1', input: 'hi', background: true }),
    )
    expect(background).toMatchObject({ status: 400, param: 'background' })
  })
})

const responseOf = (text: string) => ({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text, annotations: [] }],
    },
  ],
  usage: { input_tokens: 9, output_tokens: 4, total_tokens: 13 },
})
