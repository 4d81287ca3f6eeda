import { describe, expect, it } from 'vitest'
import { openaiProtocol } from '../../provider/openai/protocol.ts'
import { answer, broken, CHAT, MODEL, openStage as openStageWith, PURCHASE } from './interactive.fixture.ts'

const openStage = (more: { deployments?: readonly string[]; concurrency?: number } = {}) =>
  openStageWith({ protocol: openaiProtocol, ...more })

const OVERLOADED = answer(503, { error: { message: 'full', code: 'overloaded' } })
const THROTTLED = answer(429, { error: { message: 'slow down' } }, { 'retry-after': '7' })
const BAD = answer(400, { error: { message: 'no such parameter', code: 'unknown' } })
const KEY = answer(401, { error: { message: 'bad key sk-***', code: 'invalid_api_key' } })
const RIGHT = answer(200, CHAT, { 'x-request-id': 'req_theirs' })

describe('an ordinary call', () => {
  it('brings the answer in the bytes of the provider, and is booked once', async () => {
    const stage = openStage()
    const end = await stage.start()
    await stage.last().end(RIGHT)
    expect(end()).toMatchObject({ kind: 'answered', status: 200, body: RIGHT.body })
    expect(stage.entries).toEqual([
      expect.objectContaining({ charge: 50n, cost: 5n, estimated: false, failed: false, tier: 'list' }),
    ])
    expect(stage.inFlight()).toBe(0)
  })

  it('is counted where the provider tells no usage', async () => {
    const stage = openStage()
    await stage.start()
    await stage.last().end(answer(200, { ...CHAT, usage: undefined }))
    const [entry] = stage.entries
    expect(entry).toMatchObject({ estimated: true, failed: false })
    expect(entry?.usage.promptTokens).toBeGreaterThan(0)
    expect(entry?.charge).toBeGreaterThan(0n)
  })

  it.each([
    ['an overloaded one', OVERLOADED],
    ['one that throttles', THROTTLED],
    ['one that refuses the key', KEY],
    ['one that lacks the model', answer(404, { error: { message: 'none', code: 'model_not_found' } })],
    ['one whose answer is none', answer(200, 'hello', { 'content-type': 'text/html' })],
    ['one that breaks off', broken('reset')],
  ])('goes from %s to another deployment at once', async (_what, failure) => {
    const stage = openStage({ deployments: ['a', 'b'] })
    const end = await stage.start()
    const first = stage.last()
    await first.end(failure)
    expect(stage.sent).toHaveLength(2)
    expect(stage.last().deployment).not.toBe(first.deployment)
    await stage.last().end(RIGHT)
    expect(end()).toMatchObject({ kind: 'answered', status: 200 })
    expect(stage.entries).toHaveLength(1)
    expect(stage.inFlight()).toBe(0)
  })

  it('rests for a moment where there is no other, and gives up after a few tries', async () => {
    const stage = openStage()
    const end = await stage.start()
    for (let tries = 1; ; tries += 1) {
      await stage.last().end(OVERLOADED)
      if (end()) break
      expect(stage.sent).toHaveLength(tries)
      await stage.advance(2_000)
    }
    expect(stage.sent).toHaveLength(4)
    expect(end()).toMatchObject({ kind: 'answered', status: 503, body: OVERLOADED.body })
    expect(stage.entries).toEqual([expect.objectContaining({ failed: true, charge: 0n, waste: 0n })])
    expect(stage.inFlight()).toBe(0)
  })

  it('is not repeated where the request is at fault', async () => {
    const stage = openStage({ deployments: ['a', 'b'] })
    const end = await stage.start()
    await stage.last().end(BAD)
    expect(stage.sent).toHaveLength(1)
    expect(end()).toMatchObject({ kind: 'answered', status: 400, body: BAD.body })
  })

  it.each([
    ['its key', KEY, 'refuses the key of this installation (status 401)', 'bad key sk-***'],
    ['its credit', answer(402, { error: { message: 'pay first' } }), 'credit or quota', 'pay first'],
    [
      'its model',
      answer(404, { error: { message: 'x', code: 'model_not_found' } }),
      'does not know the model',
      'x',
    ],
  ])(
    "is not blamed on the caller where it is our deployment's fault: %s",
    async (_what, failure, ours, theirs) => {
      const stage = openStage()
      const end = await stage.start()
      await stage.last().end(failure)
      expect(end()).toMatchObject({
        kind: 'refused',
        reason: 'closed',
        message: expect.stringContaining(ours),
      })
      expect(end()).toMatchObject({ message: expect.stringContaining(theirs) })
    },
  )

  it('tells of what broke in our words, where the provider said nothing that could be passed on', async () => {
    const stage = openStage()
    const end = await stage.start()
    for (let tries = 0; tries < 4; tries += 1) {
      await stage.last().end(broken('first_byte_timeout'))
      await stage.advance(2_000)
    }
    expect(end()).toMatchObject({ kind: 'refused', reason: 'timeout' })
  })
})

describe('an ordinary call that waits', () => {
  it('is let in when another ends', async () => {
    const stage = openStage({ concurrency: 1 })
    await stage.start()
    const first = stage.last()
    const second = await stage.start()
    expect(stage.sent).toHaveLength(1)
    await first.end(RIGHT)
    expect(stage.sent).toHaveLength(2)
    await stage.last().end(RIGHT)
    expect(second()).toMatchObject({ kind: 'answered' })
  })

  it('is told after a while that all are busy, and nothing of it was sent', async () => {
    const stage = openStage({ concurrency: 1 })
    await stage.start()
    const end = await stage.start()
    await stage.advance(29_999)
    expect(end()).toBeUndefined()
    await stage.advance(1)
    expect(end()).toMatchObject({ kind: 'refused', reason: 'busy' })
    expect(stage.sent).toHaveLength(1)
    expect(stage.entries).toEqual([expect.objectContaining({ failed: true, charge: 0n })])
  })

  it('does not wait for a provider that asks for more time than it has', async () => {
    const stage = openStage()
    const end = await stage.start()
    await stage.last().end(answer(429, { error: { message: 'later' } }, { 'retry-after': '60' }))
    expect(end()).toMatchObject({ kind: 'answered', status: 429 })
    const next = await stage.start()
    expect(next()).toMatchObject({ kind: 'refused', reason: 'busy', retryAfterMs: 60_000 })
    expect(stage.sent).toHaveLength(1)
  })

  it('is refused at once where no deployment takes calls at all', async () => {
    const stage = openStage()
    await stage.start()
    await stage.last().end(KEY)
    const end = await stage.start()
    expect(end()).toMatchObject({
      kind: 'refused',
      reason: 'closed',
      message: expect.stringContaining('bad key'),
    })
    stage.routes.replace([])
    const nobody = await stage.start()
    expect(nobody()).toMatchObject({
      kind: 'refused',
      reason: 'closed',
      message: expect.stringContaining(MODEL),
    })
  })

  it('leaves the line with its client', async () => {
    const stage = openStage({ concurrency: 1 })
    await stage.start()
    const client = new AbortController()
    const end = await stage.start({ signal: client.signal })
    client.abort()
    await stage.advance(0)
    expect(end()).toEqual({ kind: 'left' })
    await stage.last().end(RIGHT)
    expect(stage.sent).toHaveLength(1)
    expect(stage.inFlight()).toBe(0)
  })
})

describe('an ordinary call whose client leaves', () => {
  it('is stopped, costs nothing, and is made nowhere else', async () => {
    const stage = openStage({ deployments: ['a', 'b'] })
    const client = new AbortController()
    const end = await stage.start({ signal: client.signal })
    client.abort()
    await stage.advance(0)
    expect(end()).toEqual({ kind: 'left' })
    expect(stage.sent).toHaveLength(1)
    expect(stage.entries).toEqual([expect.objectContaining({ failed: true, charge: 0n })])
    expect(stage.inFlight()).toBe(0)
  })
})

describe('a call at the batch price', () => {
  const flex = { purchase: { ...PURCHASE, tier: 'batch' as const } }

  it('waits its turn in the batch lane, and is charged that price', async () => {
    const stage = openStage({ concurrency: 1 })
    await stage.start()
    const end = await stage.start(flex)
    await stage.advance(300_000)
    expect(end()).toBeUndefined()
    await stage.last().end(RIGHT)
    expect(stage.sent).toHaveLength(2)
    await stage.last().end(RIGHT)
    expect(end()).toMatchObject({ kind: 'answered' })
    expect(stage.entries.at(-1)).toMatchObject({ tier: 'batch', charge: 20n, listCharge: 50n })
  })

  it('gives up when its own time is over', async () => {
    const stage = openStage({ concurrency: 1 })
    await stage.start()
    const end = await stage.start(flex)
    await stage.advance(600_000)
    expect(end()).toMatchObject({ kind: 'refused', reason: 'busy' })
  })
})
