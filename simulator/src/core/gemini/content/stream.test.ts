import { describe, expect, it } from 'vitest'
import { type Fault, streamFaultKinds } from '../../options.ts'
import type { Reaction } from '../../reaction.ts'
import { piecesOf } from '../../stream/events.fixture.ts'
import { ask, pathOf, setUp } from '../gemini.fixture.ts'

const path = pathOf('streamGenerateContent')
const setUpStream = (options: object = {}) => setUp(options, 'streamGenerateContent?alt=sse')

interface Chunk {
  candidates?: {
    content: { parts?: { text?: string; thought?: boolean }[] }
    finishReason?: string
    index: number
  }[]
  usageMetadata?: Record<string, number>
  error?: { status: string }
}

const chunksIn = ({ body }: Reaction): Chunk[] =>
  body
    .toString()
    .split('\r\n\r\n')
    .filter((event) => event !== '')
    .map((event) => JSON.parse(event.replace(/^data: /, '')))

const textOf = (chunks: readonly Chunk[], index = 0): string =>
  chunks
    .flatMap(({ candidates = [] }) => candidates.filter((each) => each.index === index))
    .flatMap(({ content }) => content.parts ?? [])
    .map(({ text = '' }) => text)
    .join('')

describe('a stream', () => {
  it('says the same in chunks as the whole answer, and its last chunk says why it ends', () => {
    const { receive, simulator } = setUpStream()
    const reaction = receive(ask('hi'))
    const chunks = chunksIn(reaction)
    const { json } = setUp().call(ask('hi'))
    expect(reaction.headers['content-type']).toMatch(/^text\/event-stream/)
    expect(textOf(chunks)).toBe(json.candidates[0].content.parts[0].text)
    expect(textOf(chunks)).toBe(simulator.expectedAnswer(ask('hi'), path))
    expect(chunks.at(-1)?.usageMetadata).toEqual(json.usageMetadata)
    const reasons = chunks.map(({ candidates = [] }) => candidates[0]?.finishReason)
    expect(reasons).toEqual([...reasons.slice(1).map(() => undefined), 'STOP'])
    expect(chunks.length).toBeGreaterThan(4)
  })

  it('of several candidates comes by turns', () => {
    const chunks = chunksIn(setUpStream().receive(ask('hi', { candidateCount: 2 })))
    const whole = setUp().call(ask('hi', { candidateCount: 2 })).json.candidates
    expect([0, 1].map((index) => textOf(chunks, index))).toEqual(
      whole.map(({ content }: { content: { parts: [{ text: string }] } }) => content.parts[0].text),
    )
    expect(chunks.slice(0, 2).map(({ candidates = [] }) => candidates[0]?.index)).toEqual([0, 1])
  })

  it('begins with thoughts, which take their time whether they are told or not', () => {
    const options = { defaults: { tokenMs: 10 } }
    const shown = setUpStream(options).receive(ask('hi', { thinkingConfig: { includeThoughts: true } }))
    const hidden = setUpStream(options).receive(ask('hi', { thinkingConfig: {} }))
    const [first] = chunksIn(shown)
    expect(first?.candidates?.[0]?.content.parts?.[0]?.thought).toBe(true)
    const thoughts = first?.usageMetadata?.thoughtsTokenCount ?? 0
    expect(thoughts).toBeGreaterThan(0)
    expect(piecesOf(hidden)[0]?.atMs).toBe((thoughts + 8) * 10)
  })

  it('calls functions one by one', () => {
    const functionDeclarations = [{ name: 'f' }, { name: 'g' }]
    const functionCallingConfig = { mode: 'ANY', allowedFunctionNames: ['f', 'g'] }
    const chunks = chunksIn(
      setUpStream().receive(
        ask('hi', {}, { tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig } }),
      ),
    )
    expect(chunks.map(({ candidates = [] }) => candidates[0])).toMatchObject([
      { content: { parts: [{ functionCall: { name: 'f' } }] } },
      { content: { parts: [{ functionCall: { name: 'g' } }] }, finishReason: 'STOP' },
    ])
  })

  it('of a blocked prompt is one chunk', () => {
    const chunks = chunksIn(setUpStream({ defaults: { contentFilterRate: 1 } }).receive(ask('hi')))
    expect(chunks).toMatchObject([{ promptFeedback: { blockReason: 'SAFETY' } }])
  })

  it('without `alt=sse` is one list in JSON', () => {
    const { receive } = setUp({}, 'streamGenerateContent')
    const { body, headers } = receive(ask('hi'))
    const chunks: Chunk[] = JSON.parse(body.toString())
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(textOf(chunks)).toBe(textOf(chunksIn(setUpStream().receive(ask('hi')))))
  })
})

describe('a fault in the middle of a stream', () => {
  const strike = (fault: Fault) => setUpStream({ faults: [fault] }).receive(ask('hi'))

  it.each(Object.keys(streamFaultKinds) as (keyof typeof streamFaultKinds)[])('%s strikes', (kind) => {
    expect(strike({ kind })).toMatchObject({ outcome: kind, status: 200 })
  })

  it('is told as an error in the place of a chunk', () => {
    const chunks = chunksIn(strike({ kind: 'stream_error', afterEvents: 2 }))
    expect(chunks).toHaveLength(3)
    expect(chunks[2]?.error).toMatchObject({ code: 500, status: 'INTERNAL' })
  })

  it('is told in a list as well, and the list is closed', () => {
    const { receive } = setUp({ faults: [{ kind: 'stream_error' }] }, 'streamGenerateContent')
    const chunks: Chunk[] = JSON.parse(receive(ask('hi')).body.toString())
    expect(chunks.at(-1)?.error).toMatchObject({ status: 'INTERNAL' })
  })

  it('may be an end without the chunk that says why', () => {
    const chunks = chunksIn(strike({ kind: 'stream_unfinished' }))
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBeUndefined()
    expect(chunks.length).toBeGreaterThan(3)
  })

  it('may be that chunks say nothing', () => {
    const chunks = chunksIn(strike({ kind: 'no_candidates' }))
    expect(chunks.every(({ candidates }) => candidates === undefined)).toBe(true)
    expect(chunks.at(-1)?.usageMetadata?.candidatesTokenCount).toBeGreaterThan(0)
  })

  it('may be an end for a call that cannot be read', () => {
    const chunks = chunksIn(strike({ kind: 'malformed_call' }))
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('MALFORMED_FUNCTION_CALL')
  })

  it('may be a usage that is not told', () => {
    const chunks = chunksIn(strike({ kind: 'no_usage' }))
    expect(chunks.every(({ usageMetadata }) => usageMetadata === null)).toBe(true)
    expect(textOf(chunks)).toBe(textOf(chunksIn(setUpStream().receive(ask('hi')))))
  })
})
