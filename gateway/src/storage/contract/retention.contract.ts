import { describe, expect, it } from 'vitest'
import { answer, type Cases, RETENTION_MS } from './stage.fixture.ts'

export const retentionCases = ({ open, itWithClock }: Cases): void => {
  describe('the retention of a batch', () => {
    itWithClock('counts from its end; then it is gone for its account and named for removal', async () => {
      const stage = await open()
      await stage.run({ id: 'b', counts: [1, 1] })
      stage.advance(RETENTION_MS - 1)
      expect(await stage.engine.expire(9)).toEqual([])
      expect(await stage.tenant().batch('b')).toBeDefined()
      stage.advance(1)
      const purgeable = [{ batch: 'b', blobs: ['inputs/b', 'segments/b/0-1.jsonl', 'segments/b/1-1.jsonl'] }]
      expect(await stage.engine.expire(9)).toEqual(purgeable)
      expect(await stage.tenant().batch('b')).toBeUndefined()
      // Until its bytes are told to be gone it is named again: who asked may have died.
      expect(await stage.engine.expire(9)).toEqual(purgeable)
    })

    it('names as many batches at a time as it is asked for, the first deleted first', async () => {
      const stage = await open()
      for (const id of ['b1', 'b2', 'b3']) await stage.run({ id })
      for (const id of ['b2', 'b1', 'b3']) {
        await stage.tenant().remove(id)
        stage.advance(1)
      }
      expect(await stage.engine.expire(0)).toEqual([])
      const named = (await stage.engine.expire(2)).map(({ batch }) => batch)
      expect(named).toHaveLength(2)
      for (const batch of named) await stage.engine.purged(batch)
      const rest = (await stage.engine.expire(9)).map(({ batch }) => batch)
      expect([...named, ...rest].sort()).toEqual(['b1', 'b2', 'b3'])
    })

    itWithClock('is served in the order of deletion', async () => {
      const stage = await open()
      for (const id of ['b1', 'b2']) await stage.run({ id })
      for (const id of ['b2', 'b1']) {
        stage.advance(1)
        await stage.tenant().remove(id)
      }
      expect((await stage.engine.expire(9)).map(({ batch }) => batch)).toEqual(['b2', 'b1'])
    })

    it('also names segments whose seal never came', async () => {
      const stage = await open()
      await stage.run({ id: 'b', counts: [1] })
      await stage.run({ id: 'b1', counts: [1] })
      const orphan = await stage.blobs.create('segments/b/0-7.jsonl')
      await orphan.commit()
      await stage.tenant().remove('b')
      expect(await stage.engine.expire(9)).toEqual([
        { batch: 'b', blobs: ['inputs/b', 'segments/b/0-1.jsonl', 'segments/b/0-7.jsonl'] },
      ])
    })
  })

  describe('a batch whose bytes are gone', () => {
    it('is forgotten but for its money', async () => {
      const stage = await open()
      await stage.run({ id: 'b', counts: [2] })
      const balances = await stage.balances()
      const waste = await stage.audit.wasteByBatch()
      await stage.tenant().remove('b')
      await stage.engine.purged('b')
      expect(await stage.engine.expire(9)).toEqual([])
      expect(await stage.engine.existing(['b'])).toEqual(['b'])
      expect(await stage.balances()).toEqual(balances)
      expect(await stage.audit.wasteByBatch()).toEqual(waste)
      expect(await stage.audit.audit()).toMatchObject({ shards: 0, answers: 0, findings: [] })
    })

    it('keeps in its books what was wasted after its end', async () => {
      const stage = await open()
      await stage.run({ id: 'b', counts: [1] })
      await stage.append('late', 1, [answer(0)], 5n)
      const waste = await stage.audit.wasteByBatch()
      await stage.tenant().remove('b')
      await stage.engine.purged('b')
      expect(await stage.audit.wasteByBatch()).toEqual(waste)
      expect(await stage.findings()).toEqual([])
    })

    it('is forgotten once, and none that still runs or was not deleted', async () => {
      const stage = await open()
      await stage.run({ id: 'kept', counts: [1] })
      await stage.engine.purged('kept')
      expect((await stage.tenant().output('kept', 0))?.kind).toBe('segment')
      await stage.accept({ id: 'draining', counts: [1] })
      await stage.tenant().remove('draining')
      await stage.engine.purged('draining')
      const shard = await stage.claimOne('w')
      expect(shard.batch).toBe('draining')
      await stage.finish('w', shard)
      await stage.engine.purged('draining')
      await stage.engine.purged('draining')
      await stage.engine.purged('never-was')
      expect(await stage.engine.expire(9)).toEqual([])
      expect(await stage.audit.audit()).toMatchObject({ shards: 1, findings: [] })
    })

    it('never gives the ids of its shards to others', async () => {
      const stage = await open()
      await stage.run({ id: 'b', counts: [1, 1] })
      await stage.tenant().remove('b')
      await stage.engine.purged('b')
      await stage.accept({ id: 'next', counts: [1] })
      expect((await stage.claimOne('w')).id).toBe(3)
    })
  })

  describe('what a sweep of the blobs asks', () => {
    it('which batches there are', async () => {
      const stage = await open()
      await stage.accept({ id: 'b1' })
      await stage.accept({ id: 'b2', account: 'other' })
      await stage.tenant().remove('b1')
      expect((await stage.engine.existing(['b1', 'b2', 'b3'])).sort()).toEqual(['b1', 'b2'])
      expect(await stage.engine.existing([])).toEqual([])
    })

    it('which have not ended, and the segments that their sealed shards name', async () => {
      const stage = await open()
      await stage.run({ id: 'done', counts: [1] })
      await stage.accept({ id: 'half', counts: [1, 1] })
      await stage.accept({ id: 'new', counts: [1] })
      const [first] = await stage.claim('w')
      if (!first) throw new Error('a shard waits')
      await stage.finish('w', first)
      expect(await stage.engine.unfinished()).toEqual([
        { batch: 'half', segments: ['segments/half/0-1.jsonl'] },
        { batch: 'new', segments: [] },
      ])
    })

    it('whether a batch has ended', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1] })
      expect(await stage.engine.hasEnded('b')).toBe(false)
      await stage.tenant().stop('b', 'cancel')
      expect(await stage.engine.hasEnded('b')).toBe(false)
      expect(await stage.engine.hasEnded('never-was')).toBe(true)
    })
  })
}
