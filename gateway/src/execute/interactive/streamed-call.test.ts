import { describe, expect, it } from 'vitest'
import { openaiProtocol } from '../../provider/openai/protocol.ts'
import {
  answer,
  broken,
  CHAT,
  openStage as openStageWith,
  type Sent,
  streamClient,
} from './interactive.fixture.ts'

const openStage = (more: { deployments?: readonly string[]; concurrency?: number } = {}) =>
  openStageWith({ protocol: openaiProtocol, ...more })

const FLOW = { pause: () => undefined, resume: () => undefined }
const HEAD = { status: 200, headers: new Map([['content-type', 'text/event-stream']]) }

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`
const ONE = event({ choices: [{ delta: { content: 'one' } }] })
const TWO = event({ choices: [{ delta: { content: ' two' }, finish_reason: 'stop' }] })
const USAGE = event({ choices: [], usage: CHAT.usage })
const DONE = 'data: [DONE]\n\n'
const WHOLE = { ...answer(200, ''), headers: HEAD.headers }

const begin = ({ request }: Sent): ((text: string) => void) => {
  const take = request.takerOf?.(HEAD, FLOW)
  if (!take) throw new Error('nobody takes the pieces')
  return (text) => take(Buffer.from(text))
}

describe('an ordinary call for a stream', () => {
  it('is passed on as it arrives, without the usage that the client did not ask for', async () => {
    const stage = openStage()
    const { got, stream } = streamClient()
    const end = await stage.start({ stream })
    const take = begin(stage.last())
    expect(got).toEqual([])
    take(ONE)
    expect(got).toEqual(['status 200', ONE])
    take(TWO + USAGE + DONE)
    await stage.last().end(WHOLE)
    expect(got).toEqual(['status 200', ONE, TWO, DONE].slice(0, 2).concat(TWO + DONE))
    expect(end()).toEqual({ kind: 'streamed', broken: undefined })
    expect(stage.entries).toEqual([expect.objectContaining({ charge: 50n, cost: 5n, estimated: false })])
    expect(stage.inFlight()).toBe(0)
  })

  it('is made elsewhere where it breaks before its first piece', async () => {
    const stage = openStage({ deployments: ['a', 'b'] })
    const { got, stream } = streamClient()
    const end = await stage.start({ stream })
    begin(stage.last())
    await stage.last().end(broken('reset'))
    expect(stage.sent).toHaveLength(2)
    begin(stage.last())(ONE + TWO + USAGE + DONE)
    await stage.last().end(WHOLE)
    expect(got).toEqual(['status 200', ONE + TWO + DONE])
    expect(end()).toEqual({ kind: 'streamed', broken: undefined })
    expect(stage.entries).toHaveLength(1)
  })

  it('is made elsewhere where its first event is an error that another deployment may not have', async () => {
    const stage = openStage({ deployments: ['a', 'b'] })
    const { got, stream } = streamClient()
    const end = await stage.start({ stream })
    begin(stage.last())(event({ error: { message: 'out of memory' } }) + DONE)
    await stage.last().end(WHOLE)
    expect(got).toEqual([])
    expect(stage.sent).toHaveLength(2)
    begin(stage.last())(ONE + TWO + USAGE + DONE)
    await stage.last().end(WHOLE)
    expect(got).toEqual(['status 200', ONE + TWO + DONE])
    expect(end()).toEqual({ kind: 'streamed', broken: undefined })
    expect(stage.entries).toEqual([expect.objectContaining({ charge: 50n, waste: 0n })])
    expect(stage.inFlight()).toBe(0)
  })

  it('gets the error that came in place of a stream, or a whole answer', async () => {
    const stage = openStage()
    const { stream } = streamClient()
    const end = await stage.start({ stream })
    expect(stage.last().request.takerOf?.({ status: 400, headers: HEAD.headers }, FLOW)).toBeUndefined()
    await stage.last().end(answer(400, { error: { message: 'no' } }))
    expect(end()).toMatchObject({ kind: 'answered', status: 400 })
    const whole = await stage.start({ stream })
    await stage.last().end(answer(200, CHAT))
    expect(whole()).toMatchObject({ kind: 'answered', status: 200 })
  })

  it('is not repeated, and not charged, where it breaks in the middle: what it cost is waste', async () => {
    const stage = openStage({ deployments: ['a', 'b'] })
    const { stream } = streamClient()
    const end = await stage.start({ stream })
    begin(stage.last())(`${ONE}data: {"choices":[{"delta"`)
    await stage.last().end(broken('reset'))
    expect(end()).toEqual({ kind: 'streamed', broken: { message: 'reset', cutsEvent: true } })
    expect(stage.sent).toHaveLength(1)
    const [entry] = stage.entries
    expect(entry).toMatchObject({ failed: true, charge: 0n, cost: 0n })
    expect(entry?.waste).toBeGreaterThan(0n)
    expect(stage.inFlight()).toBe(0)
  })

  it('is not charged where it is the server that ends', async () => {
    const stage = openStage()
    const { stream } = streamClient()
    const end = await stage.start({ stream })
    begin(stage.last())(ONE)
    await stage.last().end(broken('closed'))
    expect(end()).toEqual({ kind: 'streamed', broken: { message: 'closed', cutsEvent: false } })
    expect(stage.entries).toEqual([expect.objectContaining({ failed: true, charge: 0n })])
  })

  it.each([
    ['it ends without an end', ONE],
    ['an event says so', ONE + event({ error: { message: 'out of memory' } })],
  ])('is no answer where %s, though its connection ended well', async (_what, text) => {
    const stage = openStage()
    const { stream } = streamClient()
    const end = await stage.start({ stream })
    begin(stage.last())(text)
    await stage.last().end(WHOLE)
    expect(end()).toMatchObject({ kind: 'streamed', broken: { cutsEvent: false } })
    expect(stage.entries).toEqual([expect.objectContaining({ failed: true, charge: 0n })])
  })

  it('is charged for what was generated where its client leaves in the middle', async () => {
    const stage = openStage()
    const { stream } = streamClient()
    const client = new AbortController()
    await stage.start({ stream, signal: client.signal })
    begin(stage.last())(ONE)
    client.abort()
    await stage.advance(0)
    const [entry] = stage.entries
    expect(entry).toMatchObject({ failed: false, estimated: true, waste: 0n })
    expect(entry?.usage.completionTokens).toBe(1)
    expect(entry?.charge).toBe(10n * BigInt((entry?.usage.promptTokens ?? 0) + 1))
    expect(stage.inFlight()).toBe(0)
  })

  it('is whole where its client leaves behind the last event', async () => {
    const stage = openStage()
    const { stream } = streamClient()
    const client = new AbortController()
    await stage.start({ stream, signal: client.signal })
    begin(stage.last())(ONE + TWO + USAGE + DONE)
    client.abort()
    await stage.advance(0)
    expect(stage.entries).toEqual([expect.objectContaining({ charge: 50n, estimated: false, failed: false })])
  })

  it('is counted where the provider tells no usage', async () => {
    const stage = openStage()
    const { stream } = streamClient()
    await stage.start({ stream })
    begin(stage.last())(ONE + TWO + DONE)
    await stage.last().end(WHOLE)
    expect(stage.entries).toEqual([expect.objectContaining({ estimated: true, failed: false })])
    expect(stage.entries[0]?.usage.completionTokens).toBe(2)
  })
})
