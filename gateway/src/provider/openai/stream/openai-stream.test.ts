import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OpenaiStream } from './openai-stream.ts'

const CHAT = '/v1/chat/completions'
const COMPLETIONS = '/v1/completions'
const RESPONSES = '/v1/responses'

const event = (data: unknown, end = '\n'): string => `data: ${JSON.stringify(data)}${end}${end}`
const content = (text: string, end = '\n'): string =>
  event({ id: 'c', choices: [{ index: 0, delta: { content: text }, finish_reason: null }], usage: null }, end)
const stop = (end = '\n'): string =>
  event({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null }, end)
const USAGE = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 }
const usage = (end = '\n'): string => event({ id: 'c', choices: [], usage: USAGE }, end)
const done = (end = '\n'): string => `data: [DONE]${end}${end}`

const READ_USAGE = {
  promptTokens: 9,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  completionTokens: 4,
  reasoningTokens: 0,
}

const read = (
  text: string,
  order: { endpoint?: string; hidesUsage?: boolean; sizes?: readonly number[] } = {},
) => {
  const { endpoint = CHAT, hidesUsage = false, sizes = [text.length || 1] } = order
  const stream = new OpenaiStream(endpoint, { hidesUsage })
  const bytes = Buffer.from(text)
  const out: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    // Pieces are the stream's to keep, but views into what is overwritten would show.
    out.push(stream.take(Buffer.from(bytes.subarray(at, at + size))))
    at += size
  }
  out.push(stream.end())
  return { stream, passed: Buffer.concat(out).toString() }
}

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 })
const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const words = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'é', '"', '\\', '[', ']', ' '), maxLength: 12 }),
  {
    maxLength: 5,
  },
)

describe('a stream that passes', () => {
  it('is passed byte for byte, however it is cut, and read for what is charged', () => {
    fc.assert(
      fc.property(words, lineEnd, sizes, (texts, end, cuts) => {
        const text = texts.map((each) => content(each, end)).join('') + stop(end) + usage(end) + done(end)
        const { stream, passed } = read(text, { sizes: cuts })
        expect(passed).toBe(text)
        expect(stream.usage()).toEqual(READ_USAGE)
        expect(stream.text()).toBe(texts.join(''))
        expect(stream.isWhole).toBe(true)
        expect(stream.failure()).toBeUndefined()
      }),
    )
  })

  it('loses exactly the event that holds the usage alone, where the client did not ask for it', () => {
    fc.assert(
      fc.property(words, lineEnd, sizes, (texts, end, cuts) => {
        const before = texts.map((each) => content(each, end)).join('') + stop(end)
        const { stream, passed } = read(before + usage(end) + done(end), { hidesUsage: true, sizes: cuts })
        expect(passed).toBe(before + done(end))
        expect(stream.usage()).toEqual(READ_USAGE)
      }),
    )
  })

  it('holds back no byte of an event that is seen to hold a choice', () => {
    const stream = new OpenaiStream(CHAT, { hidesUsage: true })
    const take = (text: string): string => stream.take(Buffer.from(text)).toString()
    expect(take('data: {"id":"c","cho')).toBe('')
    expect(take('ices":[ {"index":0,"delta":{"content":"a')).toBe(
      'data: {"id":"c","choices":[ {"index":0,"delta":{"content":"a',
    )
    expect(take('b"}}]')).toBe('b"}}]')
    expect(take('}\n\ndata: {"id')).toBe('}\n\n')
    expect(take('":"c","choices":[],"usage":{}}\n')).toBe('')
    expect(take('\ndata: [DONE]\n\n')).toBe('data: [DONE]\n\n')
    expect(stream.text()).toBe('ab')
  })

  it('passes an event on that grows too long to be one of usage alone, before it ends', () => {
    const stream = new OpenaiStream(CHAT, { hidesUsage: true })
    const long = `data: {"note":"${'x'.repeat(20_000)}`
    expect(stream.take(Buffer.from(long)).toString()).toBe(long)
  })

  it('passes comments, and events without choices and without usage, such as those of content filters', () => {
    const filter = event({ id: '', choices: [], prompt_filter_results: [], usage: null })
    const text = `: ping\n\n${filter}${content('a')}${stop()}${done()}`
    expect(read(text, { hidesUsage: true }).passed).toBe(text)
  })

  it('passes what it held where the stream ends without an end of the event', () => {
    expect(read('data: {"id":', { hidesUsage: true }).passed).toBe('data: {"id":')
    const cut = `${content('a')}${stop()}data: [DONE]`
    const { stream, passed } = read(cut, { hidesUsage: true })
    expect(passed).toBe(cut)
    expect(stream.isWhole).toBe(true)
  })

  it('reads usage that comes with a choice, and passes it', () => {
    const last = event({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: USAGE })
    const { stream, passed } = read(last + done(), { hidesUsage: true })
    expect(passed).toBe(last + done())
    expect(stream.usage()).toEqual(READ_USAGE)
  })
})

describe('what a stream came to', () => {
  it('is no answer where it ends without an end', () => {
    expect(read(content('a')).stream.failure()).toMatchObject({ class: 'bad_answer', code: 'stream_cut' })
    expect(read('').stream.failure()).toMatchObject({ code: 'stream_cut' })
  })

  it('is an answer where the model has stopped, though `[DONE]` is missing', () => {
    const { stream } = read(content('a') + stop())
    expect(stream.failure()).toBeUndefined()
    // Whether usage would have followed is not known yet.
    expect(stream.isWhole).toBe(false)
  })

  it('is a failure where an event says so, in the words of the provider', () => {
    const { stream } = read(content('a') + event({ error: { message: 'out of memory', code: 'oom' } }))
    expect(stream.failure()).toMatchObject({ class: 'server_error', code: 'oom', message: 'out of memory' })
  })

  it('counts all that a chat generates: content, refusals, reasoning, calls of tools', () => {
    const delta = (more: object): string =>
      event({ choices: [{ index: 0, delta: { role: 'assistant', ...more } }] })
    const calls = [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a"' } }]
    const text = delta({ reasoning_content: 'hm' }) + delta({ content: 'yes' }) + delta({ tool_calls: calls })
    expect(read(text).stream.text()).toBe('hmyesf{"a"')
  })

  it('counts the text of a text completion', () => {
    const text = event({ choices: [{ index: 0, text: 'once', finish_reason: 'stop' }] }) + done()
    const { stream } = read(text, { endpoint: COMPLETIONS })
    expect(stream.text()).toBe('once')
    expect(stream.failure()).toBeUndefined()
  })

  it('is cut within an event, or between two', () => {
    const stream = new OpenaiStream(CHAT, { hidesUsage: false })
    stream.take(Buffer.from(content('a')))
    expect(stream.isWithinEvent).toBe(false)
    stream.take(Buffer.from('data: {"id"'))
    expect(stream.isWithinEvent).toBe(true)
  })
})

describe('a stream of responses', () => {
  const named = (type: string, more: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
  const usageOfResponse = { input_tokens: 9, output_tokens: 4, total_tokens: 13 }
  const deltas =
    named('response.output_text.delta', { delta: 'he' }) +
    named('response.output_text.delta', { delta: 'llo' }) +
    named('response.output_text.done', { text: 'hello' })

  it.each(['response.completed', 'response.incomplete'])('ends with %s, which has the usage', (type) => {
    const text = deltas + named(type, { response: { status: 'x', usage: usageOfResponse } })
    const { stream, passed } = read(text, { endpoint: RESPONSES })
    expect(passed).toBe(text)
    expect(stream.text()).toBe('hello')
    expect(stream.usage()).toEqual(READ_USAGE)
    expect(stream.isWhole).toBe(true)
    expect(stream.failure()).toBeUndefined()
  })

  it.each([
    ['response.failed', { response: { error: { code: 'server_error', message: 'no' } } }],
    ['error', { code: 'server_error', message: 'no' }],
  ])('is a failure where it ends with %s', (type, more) => {
    const { stream } = read(deltas + named(type, more), { endpoint: RESPONSES })
    expect(stream.failure()).toMatchObject({ class: 'server_error', code: 'server_error', message: 'no' })
  })
})
