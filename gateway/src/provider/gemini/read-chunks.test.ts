import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerStream } from '../answer-stream.ts'
import { geminiProtocol } from './protocol.ts'

const event = (json: unknown, end = '\r\n'): string => `data: ${JSON.stringify(json)}${end}${end}`

const chunk = (parts: object[], more: object = {}, index?: number) => ({
  candidates: [{ content: { role: 'model', parts }, ...(index === undefined ? {} : { index }), ...more }],
  usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
  modelVersion: 'gemini-2.5-flash',
})

const said = (text: string) => chunk([{ text }])

const last = (text: string, index?: number) => ({
  ...chunk([{ text }], { finishReason: 'STOP' }, index),
  usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4, thoughtsTokenCount: 3 },
})

const READ_USAGE = { promptTokens: 9, completionTokens: 7, reasoningTokens: 3 }

const read = (text: string, sizes: readonly number[] = [text.length || 1]) => {
  const stream: AnswerStream = geminiProtocol.stream('generateContent', { hidesUsage: false })
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

describe('a stream', () => {
  it('is passed byte for byte, however it is cut, and read for what is charged', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', '양', '"', '\\', ' '), maxLength: 9 }))
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(words, fc.constantFrom('\n', '\r\n'), sizes, (texts, end, cuts) => {
        const text = texts.map((each) => event(said(each), end)).join('') + event(last('.'), end)
        const { stream, passed } = read(text, cuts)
        expect(passed).toBe(text)
        expect(stream.usage()).toMatchObject(READ_USAGE)
        expect(stream.text()).toBe(`${texts.join('')}.`)
        expect(stream.isWhole).toBe(true)
        expect(stream.failure()).toBeUndefined()
      }),
    )
  })

  it('that ends without a reason is cut, and what it told of its usage before is not true of it', () => {
    const { stream } = read(event(said('one')) + event(said(' two')))
    expect(stream.failure()).toMatchObject({ class: 'bad_answer', code: 'stream_cut' })
    expect(stream.isWhole).toBe(false)
    expect(stream.usage()).toBeUndefined()
    expect(stream.text()).toBe('one two')
  })

  it('of several candidates is whole when all of them are', () => {
    const stream = geminiProtocol.stream('generateContent', { hidesUsage: false })
    const take = (json: object) => stream.take(Buffer.from(event(json)))
    take(said('a'))
    take(chunk([{ text: 'b' }], {}, 1))
    take(last('a'))
    expect(stream.isWhole).toBe(false)
    take(last('b', 1))
    expect(stream.isWhole).toBe(true)
    expect(stream.usage()).toMatchObject(READ_USAGE)
  })

  it('holds thoughts and calls in what is counted', () => {
    const thought = chunk([{ text: 'hm', thought: true }])
    const call = chunk([{ functionCall: { name: 'find', args: { city: 'Seoul' } } }])
    expect(read(event(thought) + event(call)).stream.text()).toBe('hmfindcitySeoul')
  })

  it('of a blocked prompt is whole with its first chunk', () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 9 } }
    const { stream } = read(event(blocked))
    expect(stream.isWhole).toBe(true)
    expect(stream.failure()).toBeUndefined()
    expect(stream.usage()).toMatchObject({ promptTokens: 9, completionTokens: 0 })
  })

  it.each([
    [{ code: 503, status: 'UNAVAILABLE', message: 'later' }, 'overloaded', 'UNAVAILABLE'],
    [{ code: 500, status: 'INTERNAL', message: 'later' }, 'server_error', 'INTERNAL'],
    [{ message: 'later' }, 'server_error', 'error_in_stream'],
  ])('with the error %j fails as %s', (error, expected, code) => {
    const { stream } = read(event(said('one')) + event({ error }))
    expect(stream.failure()).toMatchObject({
      class: expected,
      code,
      message: 'later',
      providerError: JSON.stringify({ error }),
    })
  })

  it('passes over what is no chunk', () => {
    const odd = ': ping\r\n\r\ndata: [1]\r\n\r\ndata: {"candidates":\r\n\r\ndata: {}\r\n\r\n'
    const { stream, passed } = read(odd + event(last('a')))
    expect(passed).toBe(odd + event(last('a')))
    expect(stream.text()).toBe('a')
    expect(stream.isWhole).toBe(true)
  })
})
