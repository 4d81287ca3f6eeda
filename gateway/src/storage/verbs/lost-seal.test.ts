import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { createMemoryBlobs } from '../blobs/memory.ts'
import { answer, closedAfterEach, createStage, refOf, type Stage } from '../contract/stage.fixture.ts'
import type { ShardRef } from '../engine.ts'
import { openSqliteDirect } from '../sqlite/direct.ts'

const closed = closedAfterEach()

/** A store in which something else happens at a named point of the next seal. */
const open = () => {
  const clock = createManualClock()
  const blobs = createMemoryBlobs()
  const meanwhile = new Map<string, () => void>()
  const crash = (point: string): void => {
    const happens = meanwhile.get(point)
    meanwhile.delete(point)
    happens?.()
  }
  const ports = openSqliteDirect({ path: ':memory:', now: clock.now, blobs, crash })
  return {
    meanwhile,
    stage: closed(createStage({ ports, blobs, advance: clock.advance, close: ports.close })),
  }
}

const answered = async (stage: Stage): Promise<ShardRef> => {
  await stage.accept({ id: 'b', counts: [2] })
  await stage.join('w')
  const shard = await stage.claimOne('w')
  await stage.append('w', shard.id, [answer(1), answer(0)])
  return refOf('w', shard)
}

const segments = async ({ blobs }: Stage): Promise<string[]> => {
  const names: string[] = []
  for await (const { name } of blobs.list('segments/')) names.push(name)
  return names
}

describe('a shard that is lost while its segment is written', () => {
  it.each(['seal.before_segment', 'seal.after_segment'])(
    'at %s leaves no segment of that owner',
    async (point) => {
      const { stage, meanwhile } = open()
      const ref = await answered(stage)
      // The store works in the order in which it is asked, so this comes before the seal's own transaction.
      meanwhile.set(point, () => void stage.engine.release(ref))
      expect(await stage.engine.seal(ref)).toEqual({ kind: 'lost' })
      expect(await segments(stage)).toEqual([])
      const next = await stage.claimOne('w')
      expect(await stage.engine.seal(refOf('w', next))).toEqual({ kind: 'sealed', batchEnded: true })
      expect(await segments(stage)).toEqual(['segments/b/0-2.jsonl'])
      expect(await stage.findings()).toEqual([])
    },
  )

  it('is sealed by its next owner meanwhile: only that segment stays', async () => {
    const { stage, meanwhile } = open()
    const ref = await answered(stage)
    const { engine } = stage
    const sealedByNext = async (): Promise<void> => {
      await engine.release(ref)
      await engine.seal(refOf('w', await stage.claimOne('w')))
    }
    const next = Promise.withResolvers<void>()
    meanwhile.set('seal.before_segment', () => void sealedByNext().then(next.resolve, next.reject))
    expect(await engine.seal(ref)).toEqual({ kind: 'lost' })
    await next.promise
    expect(await segments(stage)).toEqual(['segments/b/0-2.jsonl'])
    expect(await stage.text('segments/b/0-2.jsonl')).toBe('{"at":0}\n{"at":1}\n')
    expect(await stage.findings()).toEqual([])
  })
})

describe('a seal whose process dies', () => {
  it.each(['seal.before_segment', 'seal.after_segment', 'seal.before_commit'])(
    'at %s is done again by whoever owns the shard next',
    async (point) => {
      const { stage, meanwhile } = open()
      const ref = await answered(stage)
      meanwhile.set(point, () => {
        throw new Error('the power goes')
      })
      await expect(stage.engine.seal(ref)).rejects.toThrow('the power goes')
      expect(await stage.tenant().batch('b')).toMatchObject({ state: 'running', counts: { succeeded: 2 } })
      await stage.engine.join('w2', { leaseMs: 1_000, alone: true })
      const next = await stage.claimOne('w2')
      expect(await stage.engine.seal(refOf('w2', next))).toEqual({ kind: 'sealed', batchEnded: true })
      expect(await stage.text('segments/b/0-2.jsonl')).toBe('{"at":0}\n{"at":1}\n')
      expect(await stage.findings()).toEqual([])
    },
  )

  it('after its commit has sealed: the same seal asked again is lost, and the segment stays', async () => {
    const { stage, meanwhile } = open()
    const ref = await answered(stage)
    meanwhile.set('seal.after_commit', () => {
      throw new Error('the power goes')
    })
    await expect(stage.engine.seal(ref)).rejects.toThrow('the power goes')
    expect(await stage.engine.seal(ref)).toEqual({ kind: 'lost' })
    expect(await segments(stage)).toEqual(['segments/b/0-1.jsonl'])
    expect(await stage.tenant().batch('b')).toMatchObject({ state: 'ended', outcome: 'completed' })
  })
})
