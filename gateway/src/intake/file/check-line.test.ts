import { describe, expect, it } from 'vitest'
import { type CheckedLine, checkLine } from './check-line.ts'
import { outputTokensOf } from './endpoints.ts'
import { LineScanner } from './line-scanner.ts'

const CHAT = { model: 'm', messages: [{ role: 'user', content: 'x' }] }
const LIMITS = { depthMax: 8, customIdCharactersMax: 20 }

const checked = (text: string | Buffer): CheckedLine => {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text)
  const scanner = new LineScanner()
  scanner.scan(bytes, 0, bytes.length)
  return checkLine({ bytes, start: 0, end: bytes.length, isPlain: false }, scanner, LIMITS)
}

const lineWith = (more: object): string =>
  JSON.stringify({ custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body: CHAT, ...more })
const withBody = (url: string, body: object): string => lineWith({ url, body: { model: 'm', ...body } })

describe('a request line', () => {
  it.each([
    ['/v1/chat/completions', { messages: [{ role: 'user' }] }],
    ['/v1/chat/completions', { messages: [{}], stream: false }],
    ['/v1/embeddings', { input: 'x' }],
    ['/v1/embeddings', { input: ['x', 'y'] }],
    ['/v1/embeddings', { input: [1, 2, 3] }],
    ['/v1/completions', { prompt: '' }],
    ['/v1/completions', { prompt: ['x'] }],
    ['/v1/responses', { input: 'x' }],
    ['/v1/responses', { input: [{ role: 'user', content: 'x' }] }],
  ])('for %s with %o is taken', (url, body) => {
    expect(checked(withBody(url, body))).toEqual({
      kind: 'request',
      customId: 'a',
      url,
      model: 'm',
      body: { model: 'm', ...body },
    })
  })

  it.each([
    ['/v1/chat/completions', { messages: 'x' }, 'invalid_request', 'body.messages'],
    ['/v1/chat/completions', { messages: ['x'] }, 'invalid_request', 'body.messages'],
    ['/v1/chat/completions', { messages: null }, 'invalid_request', 'body.messages'],
    ['/v1/embeddings', {}, 'missing_required_parameter', 'body.input'],
    ['/v1/embeddings', { input: '' }, 'invalid_request', 'body.input'],
    ['/v1/embeddings', { input: [] }, 'invalid_request', 'body.input'],
    ['/v1/completions', { input: 'x' }, 'missing_required_parameter', 'body.prompt'],
    ['/v1/completions', { prompt: 7 }, 'invalid_request', 'body.prompt'],
    ['/v1/responses', { messages: [{}] }, 'missing_required_parameter', 'body.input'],
    ['/v1/responses', { input: 'x', stream: true }, 'invalid_request', 'body.stream'],
  ])('for %s with %o is %s', (url, body, code, param) => {
    expect(checked(withBody(url, body))).toMatchObject({ kind: 'problem', problem: { code, param } })
  })

  it('is refused where two readers could take it for two things', () => {
    const twice = lineWith({}).replace('{', '{"custom_id":"b",')
    const escaped = lineWith({}).replace('"body"', '"b\\u006fdy"')
    const nested = lineWith({ body: 0 }).replace(
      '"body":0',
      '"body":{"model":"m","messages":[{"a":1,"a":2}]}',
    )
    for (const line of [twice, nested]) {
      expect(checked(line)).toMatchObject({ problem: { code: 'invalid_json_line', param: null } })
    }
    expect(checked(escaped)).toMatchObject({ problem: { code: 'invalid_request' } })
  })

  it('is refused for its depth before it is read', () => {
    expect(checked(`${'['.repeat(9)}${']'.repeat(9)}`)).toMatchObject({
      problem: { code: 'invalid_json_line', message: expect.stringContaining('9 levels') },
    })
  })

  it('may have an id of any characters up to the limit', () => {
    expect(checked(lineWith({ custom_id: '열쇠'.repeat(10) }))).toMatchObject({ kind: 'request' })
    expect(checked(lineWith({ custom_id: 'x'.repeat(21) }))).toMatchObject({
      problem: { param: 'custom_id' },
    })
  })

  it('with bytes that are no UTF-8 is no line', () => {
    const bytes = Buffer.from(lineWith({ custom_id: 'X' })).map((byte) => (byte === 0x58 ? 0xff : byte))
    expect(checked(Buffer.from(bytes))).toMatchObject({ problem: { code: 'invalid_json_line' } })
  })
})

it('a line of an error file names its request', () => {
  const line = JSON.stringify({ id: 'batch_req_x_1', custom_id: 'a', response: null, error: { code: 'c' } })
  expect(checked(line)).toEqual({ kind: 'error_line', customId: 'a', requestId: 'batch_req_x_1' })
})

describe('the output that a request may have', () => {
  it.each([
    ['/v1/chat/completions', {}, undefined],
    ['/v1/chat/completions', { max_tokens: 7 }, 7],
    ['/v1/chat/completions', { max_tokens: 7, max_completion_tokens: 9 }, 9],
    ['/v1/chat/completions', { max_tokens: 7, n: 3 }, 21],
    ['/v1/chat/completions', { max_tokens: -1 }, undefined],
    ['/v1/chat/completions', { max_tokens: '7' }, undefined],
    ['/v1/completions', {}, 16],
    ['/v1/completions', { max_tokens: 0 }, 0],
    ['/v1/embeddings', { max_tokens: 5 }, 0],
    ['/v1/responses', { max_output_tokens: 5 }, 5],
  ])('for %s with %o is %s', (url, body, tokens) => {
    expect(outputTokensOf(url, body)).toBe(tokens)
  })
})
