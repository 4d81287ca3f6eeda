import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { openRaw, type RawConnection, statusOf } from '../support/raw-http.ts'
import {
  chatAnswer,
  DONE,
  type ScriptedProvider,
  startScriptedProvider,
  stopChunk,
  textChunk,
  usageChunk,
} from '../support/scripted-provider.ts'
import { unchunked } from '../support/sse.ts'
import { until } from '../support/wait.ts'

let provider: ScriptedProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startScriptedProvider()
  server = await openGateway({ provider: provider.url })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const PATH = '/v1/chat/completions'
const BODY = '{"model":"gpt-4.1","messages":[]}'
const STREAM = '{"model":"gpt-4.1","messages":[],"stream":true}'

const post = async (body: string, headers = ''): Promise<RawConnection> => {
  const connection = await openRaw(server.url)
  await connection.send(
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\n${headers}authorization: Bearer ${server.key}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  return connection
}

const ask = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  call(server.url + PATH, { key: server.key, body, headers })

const headerOf = (received: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\r$`, 'im').exec(received)?.[1]

describe('the bytes of an ordinary call', () => {
  it('reach the provider as they were sent, but for the name of the model', async () => {
    const body =
      '\n{ "seed" : 1.0, "model" :\t"batch-4.1","messages":[{"role":"user","content":"\\u00e9 é"}] }\n'
    const asked = ask(body)
    const sent = await provider.next()
    expect(sent.text).toBe(body.trim().replace('"batch-4.1"', '"gpt-4.1"'))
    sent.answer(200, chatAnswer('x'))
    await asked
  })

  it('come back as the provider sent them', async () => {
    const body = `\n${JSON.stringify(chatAnswer('é'), null, 2)}\n\n`
    const asked = ask(BODY)
    ;(await provider.next()).answer(200, body, { 'content-type': 'application/json; charset=utf-8' })
    const answer = await asked
    expect(answer.text).toBe(body)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  it('come back as the provider sent them where it refuses, with what it says of waiting', async () => {
    const body = '{ "error" : {"message":"Not this.","type":"t","param":null,"code":"c"} }\n'
    const asked = ask(BODY)
    ;(await provider.next()).answer(400, body, { 'x-request-id': 'req_theirs', 'retry-after': '0' })
    const answer = await asked
    expect(answer.status).toBe(400)
    expect(answer.text).toBe(body)
    expect(answer.headers.get('x-provider-request-id')).toBe('req_theirs')
    expect(answer.headers.get('x-request-id')).toMatch(/^req_\w{24}$/)
    expect(answer.headers.get('retry-after')).toBe('0')
  })

  it('are put into an envelope where what refuses does not speak the dialect, such as a proxy', async () => {
    const asked = ask(BODY)
    ;(await provider.next()).answer(413, '<html>too much</html>', { 'content-type': 'text/html' })
    const answer = await asked
    expect(answer.status).toBe(413)
    expect(answer.json).toEqual({
      error: {
        message: 'The provider answered with status 413: <html>too much</html>',
        type: 'invalid_request_error',
        param: null,
        code: 'provider_failed',
      },
    })
  })
})

describe('the bytes of a stream', () => {
  it('are passed on as they arrive, in the pieces in which they arrive', async () => {
    const client = await post(STREAM)
    const sent = await provider.next()
    sent.begin({ 'x-request-id': 'req_theirs', 'x-secret': 'no' })
    // Half an event, and half of a character: what must not be held is not held.
    const [one, two] = [textChunk('h'), Buffer.from(textChunk('é'))]
    const half = two.indexOf(0xc3) + 1
    sent.write(one)
    await client.until((received) => unchunked(received) === one)
    sent.write(two.subarray(0, half))
    const first = Buffer.concat([Buffer.from(one), two.subarray(0, half)]).toString('latin1')
    await client.until((received) => unchunked(received) === first)
    sent.write(two.subarray(half))
    sent.write(stopChunk + usageChunk + DONE)
    sent.end()
    const received = await client.until((text) => text.endsWith('0\r\n\r\n'))
    expect(unchunked(received)).toBe(Buffer.from(`${one}${two}${stopChunk}${DONE}`).toString('latin1'))
    expect(statusOf(received)).toBe(200)
    expect(headerOf(received, 'content-type')).toBe('text/event-stream')
    expect(headerOf(received, 'cache-control')).toBe('no-cache')
    expect(headerOf(received, 'x-accel-buffering')).toBe('no')
    expect(headerOf(received, 'sheepfold-service-tier')).toBe('default')
    expect(headerOf(received, 'x-provider-request-id')).toBe('req_theirs')
    expect(headerOf(received, 'x-request-id')).toMatch(/^req_/)
    expect(headerOf(received, 'x-secret')).toBeUndefined()
    client.close()
  })

  it.each([
    ['within an event', '{"choices":[{"index":0,"delta":{"content":"tw', '\n\n'],
    ['between two', '', ''],
  ])('end in an error where it breaks %s', async (_where, cut, separator) => {
    const client = await post(STREAM)
    const sent = await provider.next()
    sent.begin()
    const before = textChunk('one') + (cut === '' ? '' : `data: ${cut}`)
    sent.write(before)
    await client.until((received) => unchunked(received) === before)
    sent.reset()
    const body = unchunked(await client.until((text) => text.endsWith('0\r\n\r\n')))
    const event = body.slice(before.length + separator.length)
    expect(body.slice(0, before.length + separator.length)).toBe(before + separator)
    expect(event).toMatch(/^data: \{.*\}\n\n$/)
    expect(JSON.parse(event.slice('data: '.length))).toEqual({
      error: { message: expect.any(String), type: 'server_error', param: null, code: 'stream_broken' },
    })
    client.close()
  })

  it('are an ordinary answer where the provider refuses, or does not stream', async () => {
    const refused = ask(STREAM)
    ;(await provider.next()).answer(400, { error: { message: 'no' } })
    expect(await refused).toMatchObject({ status: 400, text: '{"error":{"message":"no"}}' })
    const whole = ask(STREAM)
    ;(await provider.next()).answer(200, chatAnswer('x'))
    expect(await whole).toMatchObject({ status: 200, text: JSON.stringify(chatAnswer('x')) })
  })
})

describe('a client that leaves', () => {
  it.each([BODY, STREAM])('takes the call with it: %s', async (body) => {
    const client = await post(body)
    const sent = await provider.next()
    client.close()
    await sent.left
    // Its place at the gate is free again.
    const next = ask(BODY)
    ;(await provider.next()).answer(200, chatAnswer('x'))
    expect((await next).status).toBe(200)
  })
})

describe('a client that reads slowly', () => {
  it('holds up the provider, and the memory of the gateway does not grow', async () => {
    const client = await post(STREAM, 'connection: close\r\n')
    client.socket.pause()
    const sent = await provider.next()
    sent.begin()
    const piece = textChunk('x'.repeat(65_536))
    const total = 64 * 1_048_576
    let written = 0
    const all = (async () => {
      for (; written < total; written += piece.length) if (!sent.write(piece)) await sent.drained()
      sent.write(stopChunk + DONE)
      sent.end()
    })()
    let before = 0
    await until('the provider to be held up', () => {
      const stands = written > 0 && written === before
      before = written
      return stands
    })
    // What the sockets between hold: far less than what there is.
    expect(written).toBeLessThan(total / 2)
    client.socket.resume()
    await all
    expect((await client.ended()).length).toBeGreaterThan(total)
  })
})

describe('a body that is no call', () => {
  it.each([
    ['nothing', '', 400, 'invalid_json', null],
    ['no JSON', '{"model":"gpt-4.1",', 400, 'invalid_json', null],
    ['no object', '[1]', 400, 'invalid_type', null],
    ['no model', '{"messages":[]}', 400, 'missing_required_parameter', 'model'],
    ['a model that is none', '{"model":7}', 400, 'invalid_type', 'model'],
    ['a model that nobody serves', '{"model":"gpt-9"}', 400, 'model_not_found', 'model'],
    ['a key twice', '{"model":"gpt-4.1","model":"gpt-4o"}', 400, 'duplicate_key', 'model'],
    ['a key twice, deep', '{"model":"gpt-4.1","a":[{"b":1,"b":2}]}', 400, 'duplicate_key', 'a[0].b'],
    ['half of a character', '{"model":"gpt-4.1","a":"\\ud800"}', 400, 'lone_surrogate', null],
    [
      'too many brackets',
      `{"model":"gpt-4.1","a":${'['.repeat(80)}${']'.repeat(80)}}`,
      400,
      'too_deep',
      null,
    ],
  ])('is refused before anything is sent: %s', async (_what, body, status, code, param) => {
    const before = provider.calls.length
    const answer = await ask(body)
    expect(answer.status).toBe(status)
    expect(answer.json).toEqual({
      error: { message: expect.any(String), type: 'invalid_request_error', param, code },
    })
    expect(provider.calls).toHaveLength(before)
  })

  it('is refused where its bytes are no UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"model":"gpt-4.1","a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ])
    expect(await ask(bytes)).toMatchObject({ status: 400, json: { error: { code: 'invalid_utf8' } } })
  })

  it('is refused where it is too large, is no JSON by its type, or is compressed', async () => {
    const large = `{"model":"gpt-4.1","a":"${'x'.repeat(8 * 1_048_576)}"}`
    expect(await ask(large)).toMatchObject({ status: 413, json: { error: { code: 'too_large' } } })
    expect(await ask(BODY, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    expect(await ask(BODY, { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 })
    const tier = await ask(BODY, { 'sheepfold-service-tier': 'express' })
    expect(tier).toMatchObject({ status: 400, json: { error: { code: 'invalid_header' } } })
  })

  it('is refused on another method, which the path does not take', async () => {
    const answer = await call(server.url + PATH, { key: server.key })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
  })
})
