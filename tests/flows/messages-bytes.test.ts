import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { openRaw, type RawConnection, statusOf } from '../support/raw-http.ts'
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
import { unchunked } from '../support/sse.ts'

let provider: ScriptedProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startScriptedProvider()
  server = await openGateway({ provider: provider.url, adapt: speaksAnthropic })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const PATH = '/v1/messages'
const BODY = '{"model":"batch-pro","max_tokens":9,"messages":[]}'
const STREAM = '{"model":"batch-pro","max_tokens":9,"messages":[],"stream":true}'
const VERSION = { 'anthropic-version': '2023-06-01' }

const ask = (body: unknown, headers: Readonly<Record<string, string>> = VERSION) =>
  call(server.url + PATH, { body, headers: { 'x-api-key': server.key, ...headers } })

const post = async (body: string): Promise<RawConnection> => {
  const connection = await openRaw(server.url)
  await connection.send(
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\nx-api-key: ${server.key}\r\nanthropic-version: 2023-06-01\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  return connection
}

const headerOf = (received: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\r$`, 'im').exec(received)?.[1]

describe('the bytes of a message', () => {
  it('reach the provider as they were sent, but for the name of the model', async () => {
    const body =
      '\n{ "max_tokens" : 9, "service_tier":"auto", "model" :\t"batch-pro","messages":[{"role":"user","content":"\\u00e9 é"}] }\n'
    const asked = ask(body)
    const sent = await provider.next()
    expect(sent.path).toBe(PATH)
    expect(sent.text).toBe(body.trim().replace('"batch-pro"', '"claude-sonnet-4-5"'))
    sent.answer(200, messageAnswer('x'))
    await asked
  })

  it.each(['2023-06-01', '2026-10-21'])('go out under version %s, and with the betas', async (version) => {
    const asked = ask(BODY, { 'anthropic-version': version, 'anthropic-beta': 'one-2024-01-01,two' })
    const { headers, answer } = await provider.next()
    expect(headers).toMatchObject({ 'anthropic-version': version, 'anthropic-beta': 'one-2024-01-01,two' })
    answer(200, messageAnswer('x'))
    expect((await asked).status).toBe(200)
  })

  it('come back as the provider sent them, from the flex tier too', async () => {
    const body = `\n${JSON.stringify(messageAnswer('é'), null, 2)}\n\n`
    for (const tier of ['default', 'flex']) {
      const asked = ask(BODY, { ...VERSION, 'sheepfold-service-tier': tier })
      ;(await provider.next()).answer(200, body, { 'request-id': 'req_theirs', 'x-secret': 'no' })
      const { text, headers } = await asked
      expect(text).toBe(body)
      expect(headers.get('sheepfold-service-tier')).toBe(tier)
      expect(headers.get('request-id')).toMatch(/^req_\w{24}$/)
      expect(headers.get('x-request-id')).toBe(headers.get('request-id'))
      expect(headers.get('x-provider-request-id')).toBe('req_theirs')
      expect(headers.has('x-secret')).toBe(false)
    }
  })

  it('come back as the provider sent them where it refuses', async () => {
    const body = `${JSON.stringify(errorAnswer('invalid_request_error', 'Not this.'), null, 1)}\n`
    const asked = ask(BODY)
    ;(await provider.next()).answer(400, body)
    expect(await asked).toMatchObject({ status: 400, text: body })
  })

  it('are put into an envelope where what refuses does not speak the dialect, such as a proxy', async () => {
    const asked = ask(BODY)
    ;(await provider.next()).answer(413, '<html>too much</html>', { 'content-type': 'text/html' })
    const answer = await asked
    expect([answer.status, answer.json]).toEqual([
      413,
      {
        type: 'error',
        error: {
          type: 'request_too_large',
          message: 'The provider answered with status 413: <html>too much</html>',
          details: { error_code: 'provider_failed' },
        },
        request_id: answer.headers.get('request-id'),
      },
    ])
  })
})

describe('the bytes of the stream of a message', () => {
  it('are passed on as they arrive, in the pieces in which they arrive', async () => {
    const client = await post(STREAM)
    const sent = await provider.next()
    expect(sent.text).toBe(STREAM.replace('batch-pro', 'claude-sonnet-4-5'))
    sent.begin({ 'request-id': 'req_theirs' })
    const ping = event('ping')
    const [one, two] = [START + ping, Buffer.from(textDelta('é'))]
    const half = two.indexOf(0xc3) + 1
    sent.write(one)
    await client.until((received) => unchunked(received) === one)
    sent.write(two.subarray(0, half))
    const first = Buffer.concat([Buffer.from(one), two.subarray(0, half)]).toString('latin1')
    await client.until((received) => unchunked(received) === first)
    sent.write(two.subarray(half))
    sent.write(END)
    sent.end()
    const received = await client.until((text) => text.endsWith('0\r\n\r\n'))
    expect(unchunked(received)).toBe(Buffer.from(`${one}${two}${END}`).toString('latin1'))
    expect(statusOf(received)).toBe(200)
    expect(headerOf(received, 'content-type')).toBe('text/event-stream')
    expect(headerOf(received, 'x-accel-buffering')).toBe('no')
    expect(headerOf(received, 'x-provider-request-id')).toBe('req_theirs')
    expect(headerOf(received, 'request-id')).toMatch(/^req_/)
    client.close()
  })

  it.each([
    ['within an event', 'event: content_block_delta\ndata: {"type":"content_bl', '\n\n'],
    ['between two', '', ''],
  ])('end in an error where it breaks %s', async (_where, cut, separator) => {
    const client = await post(STREAM)
    const sent = await provider.next()
    sent.begin()
    const before = START + textDelta('one') + cut
    sent.write(before)
    await client.until((received) => unchunked(received) === before)
    sent.reset()
    const received = await client.until((text) => text.endsWith('0\r\n\r\n'))
    const body = unchunked(received)
    expect(body.slice(0, before.length + separator.length)).toBe(before + separator)
    const last = body.slice(before.length + separator.length)
    expect(last).toMatch(/^event: error\ndata: \{.*\}\n\n$/)
    expect(JSON.parse(last.slice('event: error\ndata: '.length))).toEqual({
      type: 'error',
      error: {
        type: 'api_error',
        message: expect.any(String),
        details: { error_code: 'stream_broken' },
      },
      request_id: headerOf(received, 'request-id'),
    })
    client.close()
  })

  it('are an ordinary answer where the provider refuses', async () => {
    const refused = ask(STREAM)
    const error = errorAnswer('invalid_request_error', 'no')
    ;(await provider.next()).answer(400, error)
    expect(await refused).toMatchObject({ status: 400, text: JSON.stringify(error) })
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
    ;(await provider.next()).answer(200, messageAnswer('x'))
    expect((await next).status).toBe(200)
  })
})

describe('what is no message', () => {
  const message = (more: object) =>
    JSON.stringify({ model: 'batch-pro', max_tokens: 9, messages: [], ...more })

  it.each([
    ['nothing', '', 'invalid_json'],
    ['no JSON', '{"model":"batch-pro",', 'invalid_json'],
    ['no object', '[1]', 'invalid_type'],
    ['no model', '{"max_tokens":1,"messages":[]}', 'missing_field'],
    ['no limit of its answer', '{"model":"batch-pro","messages":[]}', 'missing_field'],
    ['a limit that is none', message({ max_tokens: 'many' }), 'invalid_value'],
    ['a model that nobody serves', message({ model: 'claude-0' }), 'unknown_model'],
    ['a key twice, deep', message({}).replace('[]', '[{"a":1,"a":2}]'), 'duplicate_key'],
    ['half of a character', message({ system: '\ud800' }), 'lone_surrogate'],
  ])('is refused before anything is sent: %s', async (_what, body, code) => {
    const before = provider.calls.length
    const answer = await ask(body)
    expect([answer.status, answer.json]).toEqual([
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: expect.any(String),
          details: expect.objectContaining({ error_code: code }),
        },
        request_id: answer.headers.get('request-id'),
      },
    ])
    expect(provider.calls).toHaveLength(before)
  })

  it.each([
    ['no version', {}, 'is missing'],
    ['a version that nobody knows', { 'anthropic-version': '2022-01-01' }, 'is \\"2022-01-01\\"'],
  ])('is refused with the versions that there are: %s', async (_what, headers, words) => {
    const { status, json } = await ask(BODY, headers)
    expect([status, json]).toMatchObject([400, { type: 'error', error: { type: 'invalid_request_error' } }])
    expect(JSON.stringify(json)).toContain(`${words}; it must be one of 2023-01-01, 2023-06-01, 2026-10-21`)
  })

  it('is refused where it is too large, is no JSON by its type, or is compressed', async () => {
    const large = await ask(message({ system: 'x'.repeat(8 * 1_048_576) }))
    expect(large).toMatchObject({ status: 413, json: { error: { type: 'request_too_large' } } })
    expect(await ask(BODY, { ...VERSION, 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    expect(await ask(BODY, { ...VERSION, 'content-encoding': 'gzip' })).toMatchObject({ status: 415 })
  })

  it('is refused by the newest version alone where it samples, to the letter of that version', async () => {
    const body = message({ temperature: 1 })
    const refused = await ask(body, { 'anthropic-version': '2026-10-21' })
    expect(refused).toMatchObject({ status: 400, json: { error: { details: { field: 'temperature' } } } })
    const taken = ask(body)
    ;(await provider.next()).answer(200, messageAnswer('x'))
    expect((await taken).status).toBe(200)
  })

  it('is refused on another method, which the path does not take', async () => {
    const answer = await call(server.url + PATH, { headers: { 'x-api-key': server.key, ...VERSION } })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    expect(answer.json).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })
})
