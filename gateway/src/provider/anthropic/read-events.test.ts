import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerStream } from '../answer-stream.ts'
import { anthropicProtocol } from './protocol.ts'

const event = (json: { readonly type: string }, end = '\n'): string =>
  `event: ${json.type}${end}data: ${JSON.stringify(json)}${end}${end}`

const start = {
  type: 'message_start',
  message: {
    content: [],
    usage: {
      input_tokens: 9,
      cache_creation_input_tokens: 4,
      cache_read_input_tokens: 3,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 4 },
      output_tokens: 1,
    },
  },
}
const delta = (of: object) => ({ type: 'content_block_delta', index: 0, delta: of })
const said = (text: string) => delta({ type: 'text_delta', text })
const blockStart = (block: object) => ({ type: 'content_block_start', index: 0, content_block: block })
const finish = (usage: object = { output_tokens: 7, output_tokens_details: { thinking_tokens: 2 } }) => ({
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage,
})
const stop = { type: 'message_stop' }

const READ_USAGE = {
  promptTokens: 16,
  cachedTokens: 3,
  cacheWriteTokens: 4,
  cacheWrite1hTokens: 4,
  completionTokens: 7,
  reasoningTokens: 2,
}

const read = (text: string, sizes: readonly number[] = [text.length || 1]) => {
  const stream: AnswerStream = anthropicProtocol.stream('/v1/messages', { hidesUsage: false })
  const bytes = Buffer.from(text)
  const out: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    out.push(stream.take(Buffer.from(bytes.subarray(at, at + size))))
    at += size
  }
  out.push(stream.end())
  return { stream, passed: Buffer.concat(out).toString() }
}

const eventsOf = (...events: readonly { readonly type: string }[]): string =>
  events.map((each) => event(each)).join('')

describe('a stream', () => {
  it('is passed byte for byte, however it is cut, and read for what is charged', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', '양', '"', '\\', ' '), maxLength: 9 }))
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(words, fc.constantFrom('\n', '\r\n'), sizes, (texts, end, cuts) => {
        const events = [start, { type: 'ping' }, ...texts.map(said), finish(), stop]
        const text = events.map((each) => event(each, end)).join('')
        const { stream, passed } = read(text, cuts)
        expect(passed).toBe(text)
        expect(stream.usage()).toEqual(READ_USAGE)
        expect(stream.text()).toBe(texts.join(''))
        expect(stream.isWhole).toBe(true)
        expect(stream.failure()).toBeUndefined()
      }),
    )
  })

  it('holds thoughts and calls in what is counted, and no signature', () => {
    const { stream } = read(
      eventsOf(
        start,
        blockStart({ type: 'thinking', thinking: '', signature: '' }),
        delta({ type: 'thinking_delta', thinking: 'hm ' }),
        delta({ type: 'signature_delta', signature: 'xyz' }),
        blockStart({ type: 'tool_use', id: 't', name: 'find', input: {} }),
        delta({ type: 'input_json_delta', partial_json: '{"a"' }),
        delta({ type: 'input_json_delta', partial_json: ':1}' }),
      ),
    )
    expect(stream.text()).toBe('hm find{"a":1}')
  })

  it('has the last of several usages, whatever of it is told', () => {
    const whole = {
      input_tokens: 10,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: 0,
      cache_creation: { ephemeral_1h_input_tokens: 0 },
    }
    const { stream } = read(
      eventsOf(start, finish({ output_tokens: 2 }), finish({ ...whole, output_tokens: 5 }), stop),
    )
    expect(stream.usage()).toMatchObject({
      promptTokens: 13,
      cachedTokens: 3,
      cacheWriteTokens: 0,
      completionTokens: 5,
    })
  })

  it('that is cut has no usage: what it told at first is not true of it', () => {
    const { stream } = read(eventsOf(start, said('one'), said(' two')))
    expect(stream.failure()).toMatchObject({ class: 'bad_answer', code: 'stream_cut' })
    expect(stream.isWhole).toBe(false)
    expect(stream.usage()).toBeUndefined()
    expect(stream.text()).toBe('one two')
  })

  it('that lacks only its last event has its answer', () => {
    const { stream } = read(eventsOf(start, said('one'), finish()))
    expect(stream.isWhole).toBe(false)
    expect(stream.failure()).toBeUndefined()
    expect(stream.usage()).toEqual(READ_USAGE)
  })

  it.each([
    ['overloaded_error', 'overloaded'],
    ['rate_limit_error', 'throttled'],
    ['api_error', 'server_error'],
    ['timeout_error', 'timeout'],
    ['invalid_request_error', 'bad_request'],
    ['moonlight_error', 'server_error'],
  ] as const)('fails for an event of %s as %s', (type, expected) => {
    const error = { type: 'error', error: { type, message: 'Sorry' } }
    const { stream, passed } = read(eventsOf(start, said('one'), error))
    expect(stream.failure()).toEqual({
      kind: 'failure',
      class: expected,
      code: type,
      message: 'Sorry',
      providerError: JSON.stringify(error),
    })
    expect(passed).toContain('Sorry')
    expect(stream.text()).toBe('one')
  })

  it('survives whatever its events say', () => {
    const fields = 'type message usage delta content_block error stop_reason'.split(' ')
    const types = ['message_start', 'content_block_start', 'content_block_delta', 'message_delta', 'error']
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...types))
    const json = fc.dictionary(fc.constantFrom(...fields), value)
    fc.assert(
      fc.property(fc.array(json), (events) => {
        const text = events.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('')
        expect(read(text).passed).toBe(text)
      }),
    )
  })
})
