import { describe, expect, it } from 'vitest'
import type { StopCause } from '../../batch/batch-life.ts'
import { type Cases, refOf, WINDOW_MS } from './stage.fixture.ts'

const CAUSES: readonly StopCause[] = ['cancel', 'deadline', 'delete', 'budget']

export const stopCases = ({ open, itWithClock }: Cases): void => {
  describe('stopping a batch', () => {
    it.each(CAUSES)('by %s: whoever runs it hears of it, and later causes change nothing', async (cause) => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1, 1] })
      await stage.accept({ id: 'other', counts: [1] })
      await stage.join('w')
      const held = (await stage.claim('w')).map((shard) => refOf('w', shard))
      expect(await stage.tenant().stop('b', cause)).toMatchObject({ state: 'stopping', cause })
      for (const later of CAUSES) {
        expect(await stage.tenant().stop('b', later)).toMatchObject({ state: 'stopping', cause })
      }
      expect(await stage.engine.tick('w')).toEqual({ stopping: [{ batch: 'b', cause }], held })
    })

    it('changes nothing about one that has ended', async () => {
      const stage = await open()
      await stage.run({ id: 'b' })
      const ended = await stage.tenant().batch('b')
      expect(await stage.tenant().stop('b', 'cancel')).toEqual(ended)
    })

    it('finds none where there is no such batch', async () => {
      const stage = await open()
      expect(await stage.tenant().stop('b', 'cancel')).toBeUndefined()
      await stage.accept({ id: 'b' })
      await stage.tenant().remove('b')
      expect(await stage.tenant().stop('b', 'cancel')).toBeUndefined()
    })

    it('is told to who claims the rest of it', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      await stage.tenant().stop('b', 'budget')
      await stage.join('w')
      expect(await stage.claimOne('w')).toMatchObject({ cause: 'budget' })
    })
  })

  describe('the window of a batch', () => {
    itWithClock('ends by the clock of the store, and stops what still runs', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      await stage.accept({ id: 'longer', windowMs: WINDOW_MS + 1 })
      await stage.join('w')
      stage.advance(WINDOW_MS - 1)
      await stage.engine.tick('w')
      expect(await stage.tenant().batch('b')).toMatchObject({ state: 'running', cause: null })
      stage.advance(1)
      // Nobody holds a shard of it: the tick of any worker sees the deadline.
      expect(await stage.engine.tick('w')).toEqual({ stopping: [], held: [] })
      expect(await stage.tenant().batch('b')).toMatchObject({ state: 'stopping', cause: 'deadline' })
      expect(await stage.tenant().batch('longer')).toMatchObject({ state: 'running' })
    })

    itWithClock('does not replace the cause of a batch that stops already', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      await stage.tenant().stop('b', 'cancel')
      stage.advance(WINDOW_MS)
      await stage.engine.tick('w')
      expect(await stage.tenant().batch('b')).toMatchObject({ state: 'stopping', cause: 'cancel' })
    })
  })

  describe('removing a batch', () => {
    it('hides it at once and stops it; behind the tombstone it drains and posts', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      expect(await stage.tenant().remove('b')).toBe(true)
      expect(await stage.tenant().remove('b')).toBe(false)
      expect(await stage.tenant().batch('b')).toBeUndefined()
      expect(await stage.tenant().output('b', 0)).toBeUndefined()
      expect(await stage.engine.hasEnded('b')).toBe(true)
      expect((await stage.engine.tick('w')).stopping).toEqual([{ batch: 'b', cause: 'delete' }])
      expect(await stage.engine.expire(9)).toEqual([])
      expect(await stage.finish('w', shard)).toEqual({ kind: 'sealed', batchEnded: true })
      expect(await stage.balances()).not.toHaveProperty('account:acme:held')
      expect(await stage.findings()).toEqual([])
    })

    it('keeps the cause of one that stops already', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      await stage.tenant().stop('b', 'cancel')
      await stage.tenant().remove('b')
      await stage.join('w')
      expect(await stage.claimOne('w')).toMatchObject({ cause: 'cancel' })
    })

    it('is false where there is no such batch', async () => {
      const stage = await open()
      expect(await stage.tenant().remove('b')).toBe(false)
    })
  })
}
