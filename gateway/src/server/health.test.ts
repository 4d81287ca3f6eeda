import { describe, expect, it } from 'vitest'
import { createManualClock } from '../clock/manual-clock.ts'
import { createHealth, type HealthSources } from './health.ts'

const open = (more: Partial<HealthSources> = {}) => {
  const clock = createManualClock()
  let looks = 0
  const health = createHealth({
    clock,
    ping: async () => {
      looks += 1
    },
    holdsLease: () => true,
    noRoom: () => undefined,
    isStopping: () => false,
    ...more,
  })
  const failed = async (): Promise<Array<string | undefined>> =>
    (await health.checks()).filter(({ ok }) => !ok).map(({ name, message }) => `${name}: ${message}`)
  return { clock, health, failed, looks: () => looks }
}

describe('health', () => {
  it('asks the store once a second at most, however often it is asked itself', async () => {
    const { clock, failed, looks } = open()
    await Promise.all([failed(), failed(), failed()])
    clock.advance(999)
    await failed()
    expect(looks()).toBe(1)
    clock.advance(1)
    expect(await failed()).toEqual([])
    expect(looks()).toBe(2)
  })

  it('names what is wrong', async () => {
    const { failed } = open({
      holdsLease: () => false,
      noRoom: () => ({ code: 'disk_full', message: 'the disk is full' }),
      isStopping: () => true,
    })
    expect(await failed()).toEqual([
      'worker: the worker does not hold its lease',
      'disk: the disk is full',
      'shutdown: the server is shutting down',
    ])
  })

  it('says that the store refuses, without what it said', async () => {
    const { failed } = open({ ping: () => Promise.reject(new Error('password of postgres://secret')) })
    expect(await failed()).toEqual(['store: the store does not answer'])
  })

  it('does not wait for a store that hangs, nor ask it twice, and sees it come back', async () => {
    let asked = 0
    let answer: () => void = () => undefined
    const { clock, failed } = open({
      ping: () => {
        asked += 1
        return new Promise((resolve) => {
          answer = resolve
        })
      },
    })
    const hanging = failed()
    clock.advance(2_000)
    expect(await hanging).toEqual(['store: the store has not answered for 2 s'])
    const again = failed()
    clock.advance(2_000)
    await again
    expect(asked).toBe(1)
    answer()
    await Promise.resolve()
    clock.advance(1_000)
    const back = failed()
    answer()
    expect(await back).toEqual([])
  })
})
