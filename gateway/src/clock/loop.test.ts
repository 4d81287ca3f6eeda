import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { watchLoop } from './loop.ts'

describe('the watch of the event loop', () => {
  it('sees that it stood still, once', async () => {
    const loop = watchLoop()
    await pause(30)
    for (const end = performance.now() + 200; performance.now() < end; );
    await pause(30)
    const { mean, p99, max } = loop.delays()
    expect(max).toBeGreaterThan(0.1)
    expect(max).toBeGreaterThanOrEqual(p99)
    expect(p99).toBeGreaterThanOrEqual(mean)
    // Nothing was measured since.
    expect(loop.delays()).toEqual({ mean: 0, p99: 0, max: 0 })
  })

  it('tells how long it was at work, and how long it waited', async () => {
    const loop = watchLoop()
    const before = loop.time()
    await pause(20)
    const after = loop.time()
    expect(after.idle).toBeGreaterThan(before.idle)
    expect(after.active).toBeGreaterThanOrEqual(before.active)
  })
})
