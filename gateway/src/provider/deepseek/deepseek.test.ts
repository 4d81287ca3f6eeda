import { describe, expect, it } from 'vitest'
import { answer } from '../answers/interpret.fixture.ts'
import type { Deployment } from '../deployment.ts'
import type { Verdict } from '../verdict.ts'
import { deepseekProtocol } from './protocol.ts'

const CHAT = '/v1/chat/completions'

const read = (body: string, status = 200): Verdict =>
  deepseekProtocol.interpret(answer(body, { status }), CHAT)

const completion = (choice: object = {}): string =>
  JSON.stringify({
    model: 'deepseek-v4-pro',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'ok', reasoning_content: 'hm' },
        finish_reason: 'stop',
        ...choice,
      },
    ],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
      completion_tokens_details: { reasoning_tokens: 30 },
    },
  })

describe('DeepSeek', () => {
  it('is asked for chat alone, at an address without a version', () => {
    const at: Deployment = {
      id: 'd',
      model: 'm',
      provider: 'deepseek',
      providerModel: 'deepseek-v4-pro',
      baseUrl: 'https://api.deepseek.com',
      apiKey: 'sk-one',
      weight: 1,
      limits: {
        concurrencyMax: 1,
        concurrencyInitial: 1,
        firstByteMsMax: 1,
        totalMsMax: 1,
        interactiveShare: 0,
      },
      outputTokensDefault: 1,
      costBook: 'none',
    }
    expect([...deepseekProtocol.endpoints]).toEqual([CHAT])
    expect(deepseekProtocol.target(at, CHAT, { isStream: false, headers: {} })).toEqual({
      path: '/chat/completions',
      headers: { authorization: 'Bearer sk-one', 'content-type': 'application/json' },
    })
  })

  it('tells what its cache held in words of its own', () => {
    expect(read(completion())).toMatchObject({
      answer: {
        text: 'ok',
        usage: { promptTokens: 100, cachedTokens: 64, completionTokens: 50, reasoningTokens: 30 },
      },
    })
  })

  it('may send empty lines before an answer', () => {
    expect(read(`\n\n\n${completion()}`)).toMatchObject({ kind: 'success', answer: { text: 'ok' } })
  })

  it.each(['\n', '\n\r\n \t\n'])('that closes after empty lines had no place, and is asked again', (body) => {
    expect(read(body)).toMatchObject({ class: 'throttled', code: 'closed_while_waiting' })
  })

  it('that sends nothing at all has failed', () => {
    expect(read('')).toMatchObject({ class: 'bad_answer', code: 'empty_answer' })
  })

  it('that breaks an answer off for want of resources is asked again', () => {
    expect(read(completion({ finish_reason: 'insufficient_system_resource' }))).toMatchObject({
      class: 'overloaded',
      code: 'insufficient_system_resource',
    })
  })

  it.each([
    [400, 'Model Not Exist', 'model_missing', 'invalid_request_error'],
    [401, 'Authentication Fails', 'key_refused', 'invalid_request_error'],
    [402, 'Insufficient Balance', 'quota_exhausted', 'insufficient_balance'],
    [422, 'Failed to deserialize the JSON body', 'bad_request', 'invalid_request_error'],
    [429, 'Rate limit reached', 'throttled', 'invalid_request_error'],
    [500, 'Server error', 'server_error', 'invalid_request_error'],
    [503, 'Service is too busy', 'overloaded', 'invalid_request_error'],
  ])('means by %i (%s) %s', (status, message, kind, code) => {
    const error = { message, type: 'unknown_error', param: null, code: 'invalid_request_error' }
    const verdict = read(JSON.stringify({ error }), status)
    expect(verdict).toMatchObject({ kind: 'failure', class: kind, code, message, status })
    expect(verdict).not.toHaveProperty('retryAfterMs')
  })
})

describe('a stream of DeepSeek', () => {
  const play = (...events: string[]) => {
    const stream = deepseekProtocol.stream(CHAT, { hidesUsage: true })
    const passed = events.map((event) => stream.take(Buffer.from(event)).toString())
    return { stream, passed: [...passed, stream.end().toString()].join('') }
  }

  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

  it('passes with the comments that say that it waits, and counts its reasoning', () => {
    const events = [
      ': keep-alive\n\n',
      ': keep-alive\n\n',
      chunk({ reasoning_content: 'hm' }),
      chunk({ content: 'ok' }, 'stop'),
      'data: [DONE]\n\n',
    ]
    const { stream, passed } = play(...events)
    expect(passed).toBe(events.join(''))
    expect(stream).toMatchObject({ isWhole: true, isWithinEvent: false })
    expect(stream.failure()).toBeUndefined()
    expect(stream.text()).toBe('hmok')
  })

  it('that ends while it waits is none', () => {
    expect(play(': keep-alive\n\n').stream.failure()).toMatchObject({ code: 'stream_cut' })
  })

  it('that is broken off for want of resources has failed, though it ends in order', () => {
    const { stream } = play(
      chunk({ content: 'o' }),
      chunk({}, 'insufficient_system_resource'),
      'data: [DONE]\n\n',
    )
    expect(stream.failure()).toMatchObject({ class: 'overloaded', code: 'insufficient_system_resource' })
  })
})
