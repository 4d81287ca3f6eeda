import { describe, expect, it } from 'vitest'
import { createManualClock } from '../clock/manual-clock.ts'
import type { CallEnd, CallOrder } from '../interactive/interactive-call.ts'
import { type EndedCall, observedCalls } from './observed-calls.ts'

const PRICES = { input: 0n, cachedInput: 0n, cacheWrite: 0n, output: 0n }
const SELL = { list: PRICES, batch: PRICES }

const ORDER: CallOrder = {
  purchase: { account: 'acme', apiKey: 'key', model: 'gpt-4.1', tier: 'list', sell: SELL },
  endpoint: '/v1/chat/completions',
  body: Buffer.from('{}'),
  modelStart: 0,
  trace: null,
  signal: new AbortController().signal,
}

const HEAD = { status: 200, headers: new Map() }
const FLOW = { pause: () => {}, resume: () => {} }

const observed = async (
  end: CallEnd,
  order: CallOrder = ORDER,
): Promise<{ told: EndedCall; got: CallEnd }> => {
  const clock = createManualClock()
  const told: EndedCall[] = []
  const call = observedCalls(
    async (given) => {
      clock.advance(30)
      given.stream?.begin(HEAD, FLOW)(Buffer.from('data'))
      clock.advance(12)
      return end
    },
    clock,
    (each) => told.push(each),
  )
  const got = await call(order)
  const [only] = told
  if (!only || told.length !== 1) throw new Error(`it was told ${told.length} times`)
  return { told: only, got }
}

describe('an observed call', () => {
  it.each<[CallEnd, string]>([
    [{ kind: 'answered', ...HEAD, body: Buffer.alloc(0) }, 'answered'],
    [{ kind: 'answered', ...HEAD, status: 400, body: Buffer.alloc(0) }, 'provider_error'],
    [{ kind: 'streamed', broken: undefined }, 'answered'],
    [{ kind: 'streamed', broken: { message: '', cutsEvent: false } }, 'cut'],
    [{ kind: 'refused', reason: 'busy', message: '' }, 'busy'],
    [{ kind: 'left' }, 'left'],
  ])('ends as it ends, and is told: %j', async (end, result) => {
    const { told, got } = await observed(end)
    expect(got).toBe(end)
    expect(told).toMatchObject({ result, ms: 42, firstByteMs: undefined })
  })

  it('is told when the first piece of its stream went out', async () => {
    const pieces: string[] = []
    const begin = () => (piece: Buffer) => void pieces.push(piece.toString())
    const order = { ...ORDER, stream: { hidesUsage: false, begin } }
    const { told } = await observed({ kind: 'streamed', broken: undefined }, order)
    expect(told).toMatchObject({ result: 'answered', ms: 42, firstByteMs: 30 })
    expect(pieces).toEqual(['data'])
  })
})
