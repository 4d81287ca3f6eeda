import { describe, expect, it } from 'vitest'
import { InvariantBroken } from '../errors.ts'
import type { BatchPage } from '../tenant.ts'
import { ACCOUNT, type Cases, createQuery, HOLD, newBatch, newShards, WINDOW_MS } from './stage.fixture.ts'

const TEN_MINUTES_MS = 600_000

const shardsOf = (...counts: number[]) =>
  ({ kind: 'shards', shards: newShards({ id: 'b', counts }) }) as const

export const acceptCases = ({ open, itWithClock }: Cases): void => {
  describe('accepting a batch', () => {
    it('stores it with its shards, and shows it to its account alone', async () => {
      const stage = await open()
      const outcome = await stage.accept({ id: 'b', counts: [3, 2] })
      expect(outcome.kind).toBe('accepted')
      expect(outcome.batch).toMatchObject({
        id: 'b',
        account: ACCOUNT,
        state: 'running',
        cause: null,
        outcome: null,
        shards: 2,
        counts: { total: 5, succeeded: 0, failed: 0, expired: 0, cancelled: 0 },
        charge: 0n,
        latency: null,
        endedAt: null,
        expiresAt: null,
      })
      expect(outcome.batch.windowEnd - outcome.batch.createdAt).toBe(WINDOW_MS)
      expect(await stage.tenant().batch('b')).toEqual(outcome.batch)
      const stranger = stage.tenant('stranger')
      expect(await stranger.batch('b')).toBeUndefined()
      expect(await stranger.batches({ limit: 10 })).toEqual([])
      expect(await stranger.output('b', 0)).toBeUndefined()
      expect(await stranger.stop('b', 'cancel')).toBeUndefined()
      expect(await stranger.remove('b')).toBe(false)
      expect(await stage.tenant().batch('b')).toEqual(outcome.batch)
    })

    it('sets the hold aside', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      expect(await stage.balances()).toEqual({ 'account:acme:available': -HOLD, 'account:acme:held': HOLD })
      expect(await stage.findings()).toEqual([])
    })

    it('posts nothing where nothing is held', async () => {
      const stage = await open()
      await stage.accept({ id: 'free', hold: 0n })
      expect(await stage.audit.audit()).toMatchObject({ postings: 0, entries: 0, findings: [] })
    })

    it('refuses shards that do not have the requests of the batch, and stores nothing', async () => {
      const stage = await open()
      const batch = newBatch({ id: 'b', counts: [3] })
      await expect(stage.tenant().accept(batch, shardsOf(2))).rejects.toMatchObject({
        name: InvariantBroken.name,
        message: expect.stringContaining('has 3 requests'),
      })
      await expect(stage.tenant().accept({ ...batch, total: 0 }, shardsOf())).rejects.toThrow(
        'its 0 shards have 0',
      )
      expect(await stage.tenant().batch('b')).toBeUndefined()
      expect(await stage.audit.audit()).toMatchObject({ shards: 0, postings: 0 })
    })

    it('changes nothing when the same batch is accepted again, as after a commit in doubt', async () => {
      const stage = await open()
      const first = await stage.accept({ id: 'b' })
      const second = await stage.accept({ id: 'b' })
      expect(second).toEqual({ kind: 'repeated', batch: first.batch })
      expect(await stage.audit.audit()).toMatchObject({ postings: 1, shards: 1, findings: [] })
    })

    it('lists an account newest first, page by page, whatever was deleted between two pages', async () => {
      const stage = await open()
      for (const id of ['b1', 'b2', 'b3', 'b4']) {
        await stage.accept({ id })
        stage.advance(1)
      }
      await stage.accept({ id: 'b9', account: 'other' })
      const tenant = stage.tenant()
      const idsOf = async (page: { limit: number; after?: string }): Promise<string[]> =>
        (await tenant.batches(page)).map(({ id }) => id)
      expect(await idsOf({ limit: 2 })).toEqual(['b4', 'b3'])
      await tenant.remove('b3')
      expect(await idsOf({ limit: 2, after: 'b3' })).toEqual(['b2', 'b1'])
      expect(await idsOf({ limit: 9 })).toEqual(['b4', 'b2', 'b1'])
      expect(await idsOf({ limit: 9, after: 'b1' })).toEqual([])
      expect(await idsOf({ limit: 9, after: 'b9' })).toEqual([])
    })

    it('lists those nearest before one that is newer, newest first, and those of one dialect', async () => {
      const stage = await open()
      for (const [at, id] of ['b1', 'b2', 'b3', 'b4', 'b5'].entries()) {
        await stage.accept({ id, more: { dialect: at % 2 === 0 ? 'native' : 'anthropic' } })
        stage.advance(1)
      }
      const tenant = stage.tenant()
      const idsOf = async (page: BatchPage): Promise<string[]> =>
        (await tenant.batches(page)).map(({ id }) => id)
      expect(await idsOf({ limit: 2, before: 'b1' })).toEqual(['b3', 'b2'])
      expect(await idsOf({ limit: 2, before: 'b5' })).toEqual([])
      expect(await idsOf({ limit: 9, before: 'b3' })).toEqual(['b5', 'b4'])
      await tenant.remove('b4')
      expect(await idsOf({ limit: 9, before: 'b4' })).toEqual(['b5'])
      expect(await idsOf({ limit: 9, before: 'none' })).toEqual([])
      expect(await idsOf({ limit: 9, dialect: 'anthropic' })).toEqual(['b2'])
      expect(await idsOf({ limit: 1, dialect: 'native', after: 'b5' })).toEqual(['b3'])
      expect(await idsOf({ limit: 1, dialect: 'native', before: 'b1' })).toEqual(['b3'])
    })
  })

  describe('a create with an idempotency key', () => {
    const named = { idempotencyKey: 'night-7', bodySha256: 'sha' }

    it('gives the batch that its first call made', async () => {
      const stage = await open()
      const first = await stage.accept({ id: 'b1', create: named })
      expect(await stage.accept({ id: 'b2', create: named })).toEqual({
        kind: 'repeated',
        batch: first.batch,
      })
      expect(await stage.tenant().batch('b2')).toBeUndefined()
      expect(await stage.tenant().findCreate(createQuery('b3', named))).toEqual({
        batch: first.batch,
        sameBody: true,
      })
    })

    it('conflicts where the body or the path is another one', async () => {
      const stage = await open()
      await stage.accept({ id: 'b1', create: named })
      const otherBody = await stage.accept({ id: 'b2', create: { ...named, bodySha256: 'other' } })
      expect(otherBody).toMatchObject({ kind: 'conflict', batch: { id: 'b1' } })
      const otherPath = await stage.accept({ id: 'b3', create: { ...named, path: '/v1/messages/batches' } })
      expect(otherPath).toMatchObject({ kind: 'conflict', batch: { id: 'b1' } })
    })

    it('is its own in each account', async () => {
      const stage = await open()
      await stage.accept({ id: 'b1', create: named })
      const other = await stage.accept({ id: 'b2', account: 'other', create: named })
      expect(other).toMatchObject({ kind: 'accepted', batch: { id: 'b2' } })
    })

    it('is free again once its batch is deleted', async () => {
      const stage = await open()
      await stage.accept({ id: 'b1', create: named })
      await stage.tenant().remove('b1')
      expect(await stage.tenant().findCreate(createQuery('b2', named))).toBeUndefined()
      expect((await stage.accept({ id: 'b2', create: named })).kind).toBe('accepted')
    })
  })

  describe('a create that its client says it sends again', () => {
    const sha = { bodySha256: 'sha' }
    const again = { ...sha, again: true }

    it('gives the batch of the first call: same key, path and body', async () => {
      const stage = await open()
      const first = await stage.accept({ id: 'b1', create: sha })
      expect(await stage.accept({ id: 'b2', create: again })).toEqual({
        kind: 'repeated',
        batch: first.batch,
      })
    })

    it.each([
      ['of another key', { ...again, apiKey: 'key-2' }],
      ['to another path', { ...again, path: '/v1/messages/batches' }],
      ['with another body', { ...again, bodySha256: 'other' }],
      ['with an idempotency key, which says what is the same', { ...again, idempotencyKey: 'k' }],
      ['and does not say so', sha],
    ])('is new where it is one %s', async (_which, create) => {
      const stage = await open()
      await stage.accept({ id: 'b1', create: sha })
      const second = await stage.accept({ id: 'b2', create })
      expect(second).toMatchObject({ kind: 'accepted', batch: { id: 'b2' } })
    })

    it('is new where the first batch was deleted', async () => {
      const stage = await open()
      await stage.accept({ id: 'b1', create: sha })
      await stage.tenant().remove('b1')
      expect((await stage.accept({ id: 'b2', create: again })).kind).toBe('accepted')
    })

    itWithClock('is known for ten minutes, and new afterwards', async () => {
      const stage = await open()
      await stage.accept({ id: 'b1', create: sha })
      stage.advance(TEN_MINUTES_MS)
      expect(await stage.accept({ id: 'b2', create: again })).toMatchObject({
        kind: 'repeated',
        batch: { id: 'b1' },
      })
      stage.advance(1)
      expect((await stage.accept({ id: 'b3', create: again })).kind).toBe('accepted')
    })
  })
}
