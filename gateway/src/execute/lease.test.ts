import { describe, expect, it } from 'vitest'
import { createManualClock } from '../clock/manual-clock.ts'
import { createLease } from './lease.ts'

const LEASE_MS = 10_000

const open = () => {
  const clock = createManualClock()
  const replies: Array<(reply: { alive: boolean } | Error) => void> = []
  const lease = createLease({
    store: {
      renew: () =>
        new Promise((resolve, reject) => {
          replies.push((reply) => (reply instanceof Error ? reject(reply) : resolve(reply)))
        }),
    },
    clock,
    worker: 'w',
    leaseMs: LEASE_MS,
    joinedAt: clock.monotonic(),
  })
  return { clock, lease, replies }
}

describe('a lease', () => {
  it('is held from before the worker asked, and for that long', () => {
    const { clock, lease } = open()
    expect(lease.held()).toBe(true)
    clock.advance(LEASE_MS - 1)
    expect(lease.held()).toBe(true)
    clock.advance(1)
    expect(lease.held()).toBe(false)
  })

  it('counts a renewal from the question and not from the answer, however long that took', async () => {
    const { clock, lease, replies } = open()
    clock.advance(4_000)
    const renewed = lease.renew()
    clock.advance(5_000)
    replies[0]?.({ alive: true })
    expect(await renewed).toBe(true)
    clock.advance(4_999)
    expect(lease.held()).toBe(true)
    clock.advance(1)
    expect(lease.held()).toBe(false)
  })

  it('is over at once where the store has given the worker up', async () => {
    const { lease, replies } = open()
    const renewed = lease.renew()
    replies[0]?.({ alive: false })
    expect(await renewed).toBe(false)
    expect(lease.held()).toBe(false)
  })

  it('keeps what it has where the store cannot be asked', async () => {
    const { clock, lease, replies } = open()
    const renewed = lease.renew()
    replies[0]?.(new Error('the store is away'))
    await expect(renewed).rejects.toThrow('away')
    expect(lease.held()).toBe(true)
    clock.advance(LEASE_MS)
    expect(lease.held()).toBe(false)
  })

  it('is not shortened by the late reply to an earlier question', async () => {
    const { clock, lease, replies } = open()
    const first = lease.renew()
    clock.advance(6_000)
    const second = lease.renew()
    replies[1]?.({ alive: true })
    await second
    replies[0]?.({ alive: true })
    await first
    clock.advance(LEASE_MS - 1)
    expect(lease.held()).toBe(true)
  })
})
