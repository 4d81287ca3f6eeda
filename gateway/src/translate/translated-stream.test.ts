import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropicProtocol } from '../provider/anthropic/protocol.ts'
import type { JsonObject } from './json.ts'
import { eventsOf, messages } from './openai-anthropic/answers.fixture.ts'
import { openaiToAnthropic } from './openai-anthropic/openai-to-anthropic.ts'
import { TranslatedStream } from './translated-stream.ts'

const CONTEXT = { now: 1_795_478_400_000, asked: { model: 'asked-for' }, hidesUsage: false }

const newStream = (): TranslatedStream =>
  new TranslatedStream(
    anthropicProtocol.stream('/v1/messages', { hidesUsage: false }),
    openaiToAnthropic.events(CONTEXT),
  )

const written = (events: readonly JsonObject[]): Buffer =>
  Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''))

/** What is passed on of a stream that comes in these pieces. */
const passedOn = (stream: TranslatedStream, pieces: readonly Buffer[]): string =>
  pieces.map((piece) => stream.take(piece).toString()).join('') + stream.end().toString()

const MESSAGE: JsonObject = {
  id: 'msg_1',
  model: 'claude-opus-5-5',
  content: [{ type: 'text', text: '안녕하세요', citations: null }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  stop_details: null,
  usage: { input_tokens: 5, output_tokens: 3, output_tokens_details: { thinking_tokens: 1 } },
}

describe('a translated stream', () => {
  it('is the same however the network cuts it', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 8 }), (message, cuts) => {
        const bytes = written(eventsOf(message, []))
        const whole = passedOn(newStream(), [bytes])
        expect(passedOn(newStream(), cutAt(bytes, cuts))).toBe(whole)
        expect(whole).toMatch(/data: \[DONE\]\n\n$/)
      }),
    )
  })

  it('passes on whole events only, as soon as each has come', () => {
    const stream = newStream()
    const bytes = written(eventsOf(MESSAGE, []))
    const end = bytes.indexOf('\n\n') + 2
    expect(stream.take(bytes.subarray(0, end - 1)).toString()).toBe('')
    expect(stream.take(bytes.subarray(end - 1, end)).toString()).toMatch(/^data: \{.*"assistant".*\}\n\n$/)
    expect(stream.isWithinEvent).toBe(false)
  })

  it('is whole once the last event of the provider has come, and says so once', () => {
    const stream = newStream()
    expect(stream.isWhole).toBe(false)
    const passed = stream.take(written(eventsOf(MESSAGE, []))).toString()
    expect(stream.isWhole).toBe(true)
    expect(passed.match(/\[DONE\]/g)).toHaveLength(1)
    expect(stream.end().toString()).toBe('')
  })

  it('is read as the provider meant it: usage, text, and no failure', () => {
    const stream = newStream()
    passedOn(stream, [written(eventsOf(MESSAGE, []))])
    expect(stream.usage()).toMatchObject({ promptTokens: 5, completionTokens: 3, reasoningTokens: 1 })
    expect(stream.text()).toContain('안녕하세요')
    expect(stream.failure()).toBeUndefined()
  })

  it('has no end where an event says that it failed', () => {
    const stream = newStream()
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    const passed = passedOn(stream, [written([...eventsOf(MESSAGE, []).slice(0, 4), error])])
    expect(passed).toContain('안녕하세요')
    expect(passed).not.toContain('[DONE]')
    expect(passed).not.toContain('Overloaded')
    expect(stream.failure()).toMatchObject({ message: 'Overloaded' })
  })

  it('has no end where the body ends too early', () => {
    const stream = newStream()
    const passed = passedOn(stream, [written(eventsOf(MESSAGE, []).slice(0, 4))])
    expect(passed).not.toContain('[DONE]')
    expect(stream.failure()).toBeDefined()
  })

  it('passes over what is no event of a message', () => {
    const odd = Buffer.from(': keep-alive\n\ndata: [1]\n\ndata: {"a":\n\ndata: text\n\n')
    const bytes = written(eventsOf(MESSAGE, []))
    expect(passedOn(newStream(), [odd, bytes, odd])).toBe(passedOn(newStream(), [bytes]))
  })
})

const cutAt = (bytes: Buffer, cuts: readonly number[]): readonly Buffer[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end))
}
