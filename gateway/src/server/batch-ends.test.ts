import { describe, expect, it } from 'vitest'
import { createManualClock } from '../clock/manual-clock.ts'
import { createBatchEnds } from './batch-ends.ts'
import { shareLooks } from './share-looks.ts'

const LOOK_MS = 1_000
const LONG_MS = 60_000
const nobodyLeaves = new AbortController().signal

const open = ({ away = false } = {}) => {
  const clock = createManualClock()
  const looks: string[] = []
  let over = false
  const ends = createBatchEnds({
    clock,
    hasEnded: async (batch) => {
      looks.push(batch)
      if (away) throw new Error('the store is away')
      return over
    },
    lookMs: LOOK_MS,
  })
  const end = (): void => {
    over = true
  }
  return { clock, ends, looks, end }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

describe('those who wait for a batch', () => {
  it('share one look', async () => {
    const { clock, ends, looks, end } = open()
    const waits = Array.from({ length: 100 }, () => ends.wait('b', LONG_MS, nobodyLeaves))
    clock.advance(LOOK_MS)
    await settled()
    expect(looks).toEqual(['b'])
    end()
    clock.advance(LOOK_MS)
    await Promise.all(waits)
    expect(looks).toEqual(['b', 'b'])
    expect(ends.waiting()).toBe(0)
  })

  it('are told at once when this process ended it', async () => {
    const { ends } = open()
    const wait = ends.wait('b', LONG_MS, nobodyLeaves)
    ends.ended('b')
    await wait
    expect(ends.waiting()).toBe(0)
  })

  it('are forgotten when they leave', async () => {
    const { ends, clock, looks } = open()
    const leaving = new AbortController()
    const wait = ends.wait('b', LONG_MS, leaving.signal)
    expect(ends.waiting()).toBe(1)
    leaving.abort()
    await wait
    expect(ends.waiting()).toBe(0)
    clock.advance(LOOK_MS)
    expect(looks).toEqual([])
  })

  it('are told when the server closes, and nobody waits any more', async () => {
    const { ends } = open()
    const wait = ends.wait('b', LONG_MS, nobodyLeaves)
    ends.close()
    await wait
    await ends.wait('b', LONG_MS, nobodyLeaves)
    expect(ends.waiting()).toBe(0)
  })
})

describe('one who waits for a batch', () => {
  it('is told after the time that it gave, also where the batch goes on', async () => {
    const { clock, ends, looks } = open()
    const wait = ends.wait('b', LOOK_MS / 2, nobodyLeaves)
    clock.advance(LOOK_MS / 2)
    await wait
    expect(ends.waiting()).toBe(0)
    clock.advance(LONG_MS)
    expect(looks).toEqual([])
  })

  it('does not wait where it has no time, or has left already', async () => {
    const { ends } = open()
    await ends.wait('b', 0, nobodyLeaves)
    await ends.wait('b', LONG_MS, AbortSignal.abort())
    expect(ends.waiting()).toBe(0)
  })

  it('hears of no other batch', async () => {
    const { clock, ends, looks } = open()
    const told: string[] = []
    ends.wait('b', LONG_MS, nobodyLeaves).then(() => told.push('b'))
    ends.ended('c')
    await settled()
    expect(told).toEqual([])
    clock.advance(LOOK_MS)
    await settled()
    clock.advance(LOOK_MS)
    await settled()
    expect(looks).toEqual(['b', 'b'])
    ends.ended('b')
    await settled()
    expect(told).toEqual(['b'])
  })

  it('is told when the store is away: asking for the answer will say so', async () => {
    const { clock, ends } = open({ away: true })
    const wait = ends.wait('b', LONG_MS, nobodyLeaves)
    clock.advance(LOOK_MS)
    await wait
    expect(ends.waiting()).toBe(0)
  })

  it('has the batch looked at once in a while, also where others come and go', async () => {
    const { clock, ends, looks } = open()
    const leaving = new AbortController()
    const first = ends.wait('b', LONG_MS, leaving.signal)
    leaving.abort()
    await first
    ends.wait('b', LONG_MS, nobodyLeaves)
    clock.advance(LOOK_MS)
    await settled()
    expect(looks).toEqual(['b'])
  })
})

describe('looks that are shared', () => {
  it('are one while it runs, and another one afterwards', async () => {
    const looked: string[] = []
    const look = shareLooks(async (account, id) => {
      looked.push(`${account}/${id}`)
      return looked.length
    })
    expect(await Promise.all([look('a', 'b'), look('a', 'b'), look('other', 'b')])).toEqual([1, 1, 2])
    expect(await look('a', 'b')).toBe(3)
    expect(looked).toEqual(['a/b', 'other/b', 'a/b'])
  })
})
