import { describe, expect, it } from 'vitest'
import { answer, type Cases, LEASE_MS, refOf, type Stage } from './stage.fixture.ts'

/** Lets a new worker take the shard, run a request alone, and die. */
const dieWith = async (stage: Stage, worker: string, position: number | null): Promise<void> => {
  await stage.engine.join(worker, { leaseMs: LEASE_MS, alone: true })
  const shard = await stage.claimOne(worker)
  await stage.engine.suspect(refOf(worker, shard), position)
}

const reclaimed = async (stage: Stage) => {
  await stage.engine.join('last', { leaseMs: LEASE_MS, alone: true })
  return stage.claimOne('last')
}

export const workerCases = ({ open, itWithClock }: Cases): void => {
  describe('a worker', () => {
    itWithClock('lives as long as it renews its lease', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      await stage.join('w')
      stage.advance(LEASE_MS - 1)
      expect(await stage.engine.renew('w', LEASE_MS)).toEqual({ alive: true })
      stage.advance(LEASE_MS - 1)
      expect(await stage.engine.fence()).toEqual({ shards: 0 })
      expect(await stage.claim('w')).toHaveLength(1)
    })

    itWithClock('that renews too late is dead, fenced or not', async () => {
      const stage = await open()
      await stage.join('w')
      stage.advance(LEASE_MS)
      expect(await stage.engine.renew('w', LEASE_MS)).toEqual({ alive: false })
      await stage.engine.fence()
      expect(await stage.engine.renew('w', LEASE_MS)).toEqual({ alive: false })
    })

    it('that never joined is not alive', async () => {
      const stage = await open()
      expect(await stage.engine.renew('nobody', LEASE_MS)).toEqual({ alive: false })
    })

    itWithClock(
      'whose lease has run out loses its shards, with one more crash; the others keep theirs',
      async () => {
        const stage = await open()
        await stage.accept({ id: 'b', counts: [1, 1, 1] })
        await stage.join('dead', 'alive')
        const [first] = await stage.claim('dead', 1)
        const [kept] = await stage.claim('alive', 1)
        stage.advance(LEASE_MS - 1)
        await stage.engine.renew('alive', LEASE_MS)
        stage.advance(1)
        expect(await stage.engine.fence()).toEqual({ shards: 1 })
        expect(await stage.engine.fence()).toEqual({ shards: 0 })
        expect((await stage.engine.tick('alive')).held.map(({ shard }) => shard)).toEqual([kept?.id])
        const next = await stage.claim('alive')
        expect(next.map(({ id, crashes, epoch }) => [id, crashes, epoch])).toEqual([
          [first?.id, 1, 2],
          [(kept?.id ?? 0) + 1, 0, 1],
        ])
      },
    )

    it('that leaves hands back what it held, without a crash', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [3] })
      await stage.join('w', 'w2')
      const shard = await stage.claimOne('w')
      await stage.append('w', shard.id, [answer(1)])
      await stage.engine.suspect(refOf('w', shard), 2)
      await stage.engine.leave('w')
      expect(await stage.engine.renew('w', LEASE_MS)).toEqual({ alive: false })
      const next = await stage.claimOne('w2')
      expect(next).toMatchObject({ id: shard.id, crashes: 0, accused: null })
      expect([...next.done]).toEqual([0b010])
    })

    it('that joins alone fences every earlier one at once', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1, 1] })
      await stage.join('w1', 'w2')
      const [first] = await stage.claim('w1', 1)
      await stage.claim('w2', 1)
      await stage.engine.join('w3', { leaseMs: LEASE_MS, alone: true })
      expect(await stage.engine.renew('w1', LEASE_MS)).toEqual({ alive: false })
      expect((await stage.claim('w3')).map(({ crashes }) => crashes)).toEqual([1, 1])
      if (!first) throw new Error('a shard was claimed')
      expect(await stage.engine.release(refOf('w1', first))).toEqual({ kind: 'lost' })
    })

    it('hears what it holds, also where the reply to its claim was lost', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1, 1] })
      await stage.join('w', 'w2')
      const shards = await stage.claim('w')
      expect(await stage.engine.tick('w')).toEqual({
        stopping: [],
        held: shards.map((shard) => refOf('w', shard)),
      })
      expect(await stage.engine.tick('w2')).toEqual({ stopping: [], held: [] })
    })
  })

  describe('a shard that is handed back', () => {
    it('waits again, without a crash', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      expect(await stage.engine.release(refOf('w', shard))).toEqual({ kind: 'released' })
      expect(await stage.engine.release(refOf('w', shard))).toEqual({ kind: 'lost' })
      expect(await stage.claimOne('w')).toMatchObject({ crashes: 0, epoch: 2 })
    })

    it("is not its caller's to give where the epoch or the worker is another", async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      await stage.join('w')
      const ref = refOf('w', await stage.claimOne('w'))
      for (const wrong of [
        { ...ref, epoch: ref.epoch - 1 },
        { ...ref, worker: 'w2' },
        { ...ref, shard: 99 },
      ]) {
        expect(await stage.engine.release(wrong)).toEqual({ kind: 'lost' })
        expect(await stage.engine.suspect(wrong, 0)).toEqual({ kind: 'lost' })
      }
      expect((await stage.engine.tick('w')).held).toEqual([ref])
    })
  })

  describe('a request that ran alone when its worker died', () => {
    it('is accused, and once more for each death in a row', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [3] })
      await dieWith(stage, 'w1', 2)
      await dieWith(stage, 'w2', 2)
      expect(await reclaimed(stage)).toMatchObject({ crashes: 2, accused: { position: 2, deaths: 2 } })
    })

    it('gives way to the next one that a worker dies with', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [3] })
      await dieWith(stage, 'w1', 2)
      await dieWith(stage, 'w2', 0)
      expect(await reclaimed(stage)).toMatchObject({ crashes: 2, accused: { position: 0, deaths: 1 } })
    })

    it('is cleared by a death with nothing in flight alone', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [3] })
      await dieWith(stage, 'w1', 2)
      await dieWith(stage, 'w2', null)
      expect(await reclaimed(stage)).toMatchObject({ crashes: 2, accused: null })
    })

    itWithClock('is accused by the fence as well', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [3] })
      await stage.join('w')
      const ref = refOf('w', await stage.claimOne('w'))
      expect(await stage.engine.suspect(ref, 1)).toEqual({ kind: 'recorded' })
      stage.advance(LEASE_MS)
      await stage.engine.fence()
      await stage.join('w2')
      expect(await stage.claimOne('w2')).toMatchObject({ crashes: 1, accused: { position: 1, deaths: 1 } })
    })

    it('is not accused by the death of a worker that did not run it alone', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [3] })
      await stage.join('w1')
      const ref = refOf('w1', await stage.claimOne('w1'))
      await stage.engine.suspect(ref, 2)
      await stage.engine.release(ref)
      await stage.claimOne('w1')
      expect(await reclaimed(stage)).toMatchObject({ crashes: 1, accused: null })
    })

    it('is not accused once its answer is told to be there', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [3] })
      await stage.join('w1')
      const ref = refOf('w1', await stage.claimOne('w1'))
      await stage.engine.suspect(ref, 2)
      await stage.engine.suspect(ref, null)
      expect(await reclaimed(stage)).toMatchObject({ crashes: 1, accused: null })
    })

    it('stays accused while its shard is handed back in good order', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [3] })
      await dieWith(stage, 'w1', 2)
      const shard = await reclaimed(stage)
      await stage.engine.suspect(refOf('last', shard), 2)
      await stage.engine.release(refOf('last', shard))
      expect(await stage.claimOne('last')).toMatchObject({ accused: { position: 2, deaths: 1 } })
    })
  })
}
