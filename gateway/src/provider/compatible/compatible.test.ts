import { describe, expect, it } from 'vitest'
import { answer } from '../answers/interpret.fixture.ts'
import type { Verdict } from '../verdict.ts'
import { compatibleProtocol } from './protocol.ts'

const CHAT = '/v1/chat/completions'

const refused = (status: number, body: string): Verdict =>
  compatibleProtocol.interpret(answer(body, { status }), CHAT)

const completion = (message: object, usage: unknown): string =>
  JSON.stringify({ model: 'qwen', choices: [{ index: 0, message, finish_reason: 'stop' }], usage })

describe('an error of a compatible server', () => {
  it.each([
    [
      'in the envelope, its code a number',
      400,
      '{"error":{"message":"too long","type":"BadRequestError","param":null,"code":400}}',
      ['bad_request', 'BadRequestError', 'too long'],
    ],
    [
      'with its fields at the top',
      404,
      '{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}',
      ['model_missing', 'NotFoundError', 'The model `x` does not exist.'],
    ],
    [
      'with a word for a code',
      400,
      '{"error":{"message":"no","code":"context_length_exceeded"}}',
      ['bad_request', 'context_length_exceeded', 'no'],
    ],
    ['as one text', 401, '{"error":"Unauthorized"}', ['key_refused', 'http_401', 'Unauthorized']],
    ['as a detail', 422, '{"detail":"bad body"}', ['bad_request', 'http_422', 'bad body']],
    [
      'as a list of details',
      422,
      '{"detail":[{"loc":["body"],"msg":"field required"},{"msg":"and more"}]}',
      ['bad_request', 'http_422', 'field required; and more'],
    ],
    [
      'as a message alone',
      500,
      '{"message":"CUDA out of memory"}',
      ['server_error', 'http_500', 'CUDA out of memory'],
    ],
    ['in plain text', 503, 'no healthy upstream\n', ['overloaded', 'http_503', 'no healthy upstream']],
    [
      'as a page',
      502,
      '<html>nginx</html>',
      ['server_error', 'http_502', 'the provider answered with status 502'],
    ],
    ['without a body', 429, '', ['throttled', 'http_429', 'the provider answered with status 429']],
  ] as const)('is read %s', (_form, status, body, [kind, code, message]) => {
    expect(refused(status, body)).toMatchObject({ kind: 'failure', class: kind, code, message, status })
  })

  it('is kept whole, and told short', () => {
    const text = 'x'.repeat(10_000)
    const verdict = refused(500, text)
    expect(verdict).toMatchObject({ providerError: text })
    expect(verdict.kind === 'failure' && verdict.message.length).toBe(500)
  })
})

describe('an answer of a compatible server', () => {
  it('may say nothing of its details', () => {
    const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7, prompt_tokens_details: null }
    expect(compatibleProtocol.interpret(answer(completion({ content: 'a' }, usage)), CHAT)).toMatchObject({
      kind: 'success',
      answer: {
        text: 'a',
        usage: {
          promptTokens: 5,
          cachedTokens: 0,
          cacheWriteTokens: 0,
          completionTokens: 2,
          reasoningTokens: 0,
        },
      },
    })
  })

  it.each(['reasoning', 'reasoning_content'])('may be nothing but %s, without usage', (field) => {
    const body = completion({ content: null, [field]: 'I wondered.' }, null)
    expect(compatibleProtocol.interpret(answer(body), CHAT)).toMatchObject({
      kind: 'success',
      answer: { text: null, usage: undefined },
    })
    const billed = compatibleProtocol.billedText({
      endpoint: CHAT,
      request: Buffer.from('{"messages":[]}'),
      answer: Buffer.from(body),
    })
    expect(billed.output).toEqual(['I wondered.'])
  })

  it('has all endpoints that OpenAI has, below its address', () => {
    expect([...compatibleProtocol.endpoints]).toContain('/v1/embeddings')
  })
})
