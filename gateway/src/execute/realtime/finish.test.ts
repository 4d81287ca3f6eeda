import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { UNOBSERVED } from '../observer.ts'
import { createFinish } from './finish.ts'
import { runOf } from './shard-run.fixture.ts'
import type { ShardRun } from './shard-run.ts'

const open = (read: () => Promise<Buffer>, onUnreadable: (run: ShardRun) => void = () => {}) => {
  const clock = createManualClock()
  const log: string[] = []
  const finish = createFinish({
    store: {
      seal: async () => {
        log.push('seal')
        return { kind: 'sealed', batchEnded: false }
      },
      release: async () => {
        log.push('release')
        return { kind: 'released' }
      },
    },
    sink: {
      add: () => void log.push('answer'),
      waste: () => {},
      unacknowledged: () => 0,
      trouble: () => undefined,
      settled: async () => {},
    },
    observer: UNOBSERVED,
    blobs: { read },
    clock,
    windowBytesMax: 1_000,
    retryMs: 1,
    onBatchEnded: () => {},
    onFatal: (error) => {
      throw error
    },
    onError: () => {},
    onUnreadable,
  })
  return { clock, finish, log }
}

describe('a run that was told to stop', () => {
  it('answers what nobody answered, then seals', async () => {
    const { finish, log } = open(async () => Buffer.from('{}'))
    const run = runOf({ done: new Uint8Array([0b010]) })
    run.stopCause = 'cancel'
    await finish(run)
    expect(log).toEqual(['answer', 'answer', 'seal'])
  })

  it('and is lost before its input could be read is left as it is', async () => {
    // As when its next owner has ended the batch, and the batch was deleted with its input.
    const { clock, finish, log } = open(
      () => Promise.reject(new Error('there is no such blob')),
      (lost) => {
        lost.stopCause = 'lost'
      },
    )
    const run = runOf()
    run.stopCause = 'cancel'
    const finished = finish(run)
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    clock.step()
    await finished
    expect(log).toEqual([])
  })
})
