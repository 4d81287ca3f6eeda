import { describe, expect, it } from 'vitest'
import type { Fault } from '../options.ts'
import { answerFaultKinds, streamFaultKinds } from '../options.ts'
import { setUp } from '../set-up.fixture.ts'
import { chunksOf, eventsIn, piecesOf } from './events.fixture.ts'

const bodies: Readonly<Record<string, Record<string, unknown>>> = {
  '/v1/chat/completions': { model: 'gpt-4.1', messages: [{ role: 'user', content: 'hi' }] },
  '/v1/completions': { model: 'gpt-3.5-turbo-instruct', prompt: 'hi' },
  '/v1/responses': { model: 'gpt-4.1', input: 'hi' },
}
const paths = Object.keys(bodies)
const [chatPath = ''] = paths

const streamOf = (fault: Fault | undefined, path = chatPath, tokenMs = 0) => {
  const faults = fault === undefined ? [] : [fault]
  const { receive } = setUp({ faults, defaults: { tokenMs } }, path)
  return receive({ ...bodies[path], stream: true })
}

const textsOf = (fault: Fault | undefined, path?: string) =>
  streamOf(fault, path)
    .body.toString()
    .split('\n\n')
    .filter((text) => text !== '')

describe.each(paths)('a fault in the middle of a stream of %s', (path) => {
  const whole = textsOf(undefined, path)
  const half = whole.length >> 1

  it.each([
    ['stream_reset', 'reset_after'],
    ['reset_mid', 'reset_after'],
    ['stream_hang', 'hang_after'],
  ] as const)('%s comes after so many events', (kind, fault) => {
    for (const [afterEvents, events] of [
      [undefined, half],
      [0, 0],
      [3, 3],
      [1_000_000, whole.length - 1],
    ] as const) {
      const order = afterEvents === undefined ? { kind } : { kind, afterEvents }
      expect(streamOf(order, path)).toMatchObject({ status: 200, outcome: kind, fault })
      expect(textsOf(order, path)).toEqual(whole.slice(0, events))
    }
  })

  it('stream_error says what went wrong, in the place of an event, and ends', () => {
    const texts = textsOf({ kind: 'stream_error', afterEvents: 5 }, path)
    expect(texts.slice(0, -1)).toEqual(whole.slice(0, 5))
    const [error] = eventsIn(`${texts.at(-1)}\n\n`)
    const told = { message: expect.stringContaining('The server had an error'), param: null }
    expect(JSON.parse(error?.data ?? '')).toEqual(
      path === '/v1/responses'
        ? { type: 'error', sequence_number: 5, code: 'server_error', ...told }
        : { error: { type: 'server_error', code: null, ...told } },
    )
    expect(error?.name).toBe(path === '/v1/responses' ? 'error' : undefined)
    expect(streamOf({ kind: 'stream_error' }, path).fault).toBeUndefined()
  })

  it('stream_unfinished ends in order, without the event that ends all', () => {
    expect(textsOf({ kind: 'stream_unfinished' }, path)).toEqual(whole.slice(0, -1))
    expect(textsOf({ kind: 'stream_unfinished', afterEvents: 2 }, path)).toEqual(whole.slice(0, 2))
    expect(streamOf({ kind: 'stream_unfinished' }, path).fault).toBeUndefined()
  })

  it.each(['stream_cut', 'truncated_json'] as const)('%s ends in an event and in a character', (kind) => {
    const { body, fault } = streamOf({ kind, afterEvents: 4 }, path)
    expect(fault).toBeUndefined()
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(body)).toThrow()
    const texts = body.subarray(0, -2).toString().split('\n\n')
    const last = texts.pop() ?? ''
    expect(texts).toEqual(whole.slice(0, 4))
    expect(last.length).toBeGreaterThan(10)
    expect(whole[4]?.startsWith(last)).toBe(true)
    expect(last).not.toBe(whole[4])
  })

  it.each(['stream_invalid_json', 'invalid_json'] as const)('%s spoils one event alone', (kind) => {
    for (const at of [4, whole.length - 1]) {
      const texts = textsOf({ kind, afterEvents: at }, path)
      expect(texts.filter((text, n) => text !== whole[n])).toHaveLength(1)
      expect(() => JSON.parse(eventsIn(`${texts[at]}\n\n`)[0]?.data ?? '')).toThrow()
    }
  })

  it('invalid_utf8 spoils the text of one event', () => {
    const { body } = streamOf({ kind: 'invalid_utf8' }, path)
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(body)).toThrow()
    const texts = body.toString().split('\n\n').slice(0, -1)
    expect(texts.filter((text, n) => text !== whole[n])).toHaveLength(1)
    expect(chunksOf({ body })).toHaveLength(chunksOf(streamOf(undefined, path)).length)
  })

  it('no_usage tells no usage, and nothing else less', () => {
    const options = path === '/v1/responses' ? {} : { include_usage: true }
    const { receive } = setUp({ faults: [{ kind: 'no_usage' }] }, path)
    const said = chunksOf(receive({ ...bodies[path], stream: true, stream_options: options }))
    expect(said.filter(({ usage, response }) => usage ?? response?.usage)).toEqual([])
    expect(said).toHaveLength(chunksOf(streamOf(undefined, path)).length)
  })

  it('huge_answer is one long delta', () => {
    const { body, filler } = streamOf({ kind: 'huge_answer', bytes: 1_000 }, path)
    const text = body.toString()
    const at = filler?.at ?? 0
    const said = chunksOf({ body: Buffer.from(text.slice(0, at) + 'x'.repeat(1_000) + text.slice(at)) })
    const deltas = said.map(
      (event) => event.delta ?? event.choices?.[0].delta?.content ?? event.choices?.[0].text,
    )
    expect(deltas.filter((delta) => delta?.startsWith('x'.repeat(1_000)))).toHaveLength(1)
  })

  it('stream_split leaves every byte as it is, in pieces of a few', () => {
    const reaction = streamOf({ kind: 'stream_split', bytes: 7 }, path, 2)
    const right = streamOf(undefined, path, 2)
    expect(reaction.body.equals(right.body)).toBe(true)
    expect(reaction.bodyMs).toBe(right.bodyMs)
    const pieces = piecesOf(reaction)
    expect(pieces.map(({ text }) => text).join('')).toBe(right.body.toString('latin1'))
    expect(Math.max(...pieces.map(({ text }) => text.length))).toBe(7)
    for (const { atMs, text } of piecesOf(right)) {
      const own = pieces.filter((piece) => piece.atMs === atMs)
      expect(own.map((piece) => piece.text).join('')).toBe(text)
    }
  })

  it('faults that refuse, replace or delay the answer do the same to a stream', () => {
    for (const kind of ['rate_limit', 'server_error', 'bad_gateway', 'wrong_content_type'] as const) {
      const { receive } = setUp({ faults: [{ kind }] }, path)
      const spoiled = streamOf({ kind }, path)
      const { status, headers, body } = receive({ ...bodies[path] })
      expect(spoiled).toMatchObject({ status, outcome: kind })
      expect(spoiled.headers['content-type']).toBe(headers['content-type'])
      expect(spoiled.body.equals(body)).toBe(true)
      expect(spoiled.pieces).toBeUndefined()
    }
    expect(streamOf({ kind: 'empty_body' }, path).body).toHaveLength(0)
    expect(streamOf({ kind: 'reset_before' }, path).fault).toBe('reset_before')
    expect(streamOf({ kind: 'hang' }, path).fault).toBe('hang')
    const slow = streamOf({ kind: 'slow', delayMs: 100, bodyDelayMs: 500 }, path, 2)
    const right = streamOf(undefined, path, 2)
    expect([slow.firstByteMs, slow.bodyMs]).toEqual([100, right.bodyMs + 500])
    expect(slow.pieces?.at(-1)?.atMs).toBe(right.bodyMs + 500)
    expect(slow.pieces).toHaveLength(right.pieces?.length ?? 0)
  })
})

describe('which calls it strikes', () => {
  it.each(Object.keys(streamFaultKinds) as (keyof typeof streamFaultKinds)[])(
    '%s leaves an answer in one piece alone, and does not count it',
    (kind) => {
      const { receive } = setUp({ faults: [{ kind, nth: 2 }] })
      const stream = { ...bodies[chatPath], stream: true }
      const outcomes = [stream, bodies[chatPath], { ...stream, stream: false }, stream, stream]
      expect(outcomes.map((body) => receive(body).outcome)).toEqual([
        'answered',
        'answered',
        'answered',
        kind,
        'answered',
      ])
    },
  )

  it.each(Object.keys(answerFaultKinds) as (keyof typeof answerFaultKinds)[])(
    '%s strikes a stream as well',
    (kind) => {
      expect(streamOf({ kind, bytes: 10 }).outcome).toBe(kind)
    },
  )
})
