import { describe, expect, it } from 'vitest'
import type { BatchOutcome, StopCause } from '../../batch/batch-life.ts'
import { answer, type Cases, CHARGE, COST, HOLD, RETENTION_MS, refOf, unanswered } from './stage.fixture.ts'

/** More than the tail of a journal takes, so that the segment is read from rows and tail alike. */
const LARGE_LINE_BYTES = 30_000

export const sealCases = ({ open, itWithClock }: Cases): void => {
  describe('sealing a shard', () => {
    it('writes its lines in input order, whatever the order in which they were answered', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [7] })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      const line = (position: number): string => `${position}`.repeat(LARGE_LINE_BYTES)
      for (const positions of [[5, 3], [6], [0, 4], [2], [1]]) {
        const entries = positions.map((at) => answer(at, { line: Buffer.from(`${line(at)}\n`) }))
        await stage.append('w', shard.id, entries)
      }
      expect(await stage.engine.seal(refOf('w', shard))).toEqual({ kind: 'sealed', batchEnded: true })
      const output = await stage.tenant().output('b', 0)
      const bytes = 7 * (LARGE_LINE_BYTES + 1)
      expect(output).toMatchObject({ kind: 'segment', blob: 'segments/b/0-1.jsonl', bytes })
      const lines = (await stage.text('segments/b/0-1.jsonl')).split('\n')
      expect(lines).toEqual([...[0, 1, 2, 3, 4, 5, 6].map(line), ''])
      // The journal is dropped with it: one that were left is a finding.
      expect(await stage.findings()).toEqual([])
    })

    it('captures the charge from the hold and books what it cost and wasted', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [2, 1] })
      await stage.join('w')
      const [first, second] = await stage.claim('w')
      if (!first || !second) throw new Error('two shards wait')
      await stage.append('w', first.id, [], 7n)
      expect(await stage.finish('w', first)).toEqual({ kind: 'sealed', batchEnded: false })
      const afterFirst = {
        'account:acme:available': -HOLD,
        'account:acme:held': HOLD - 2n * CHARGE,
        revenue: 2n * CHARGE,
        'expense:provider': 2n * COST,
        'expense:waste': 7n,
        'payable:provider': -2n * COST - 7n,
      }
      expect(await stage.balances()).toEqual(afterFirst)
      expect(await stage.tenant().batch('b')).toMatchObject({ state: 'running', outcome: null })
      expect(await stage.finish('w', second)).toEqual({ kind: 'sealed', batchEnded: true })
      expect(await stage.balances()).toMatchObject({
        'account:acme:available': -3n * CHARGE,
        revenue: 3n * CHARGE,
      })
      expect(await stage.balances()).not.toHaveProperty('account:acme:held')
      expect(await stage.findings()).toEqual([])
    })

    it('takes from what is available where the charge went beyond the hold', async () => {
      const stage = await open()
      await stage.run({ id: 'b', counts: [2], hold: 1n })
      expect(await stage.balances()).toMatchObject({ 'account:acme:available': -2n * CHARGE })
      expect(await stage.balances()).not.toHaveProperty('account:acme:held')
      expect(await stage.findings()).toEqual([])
    })

    it('ends its batch with the last one, and keeps the sums and times as they were', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1, 2] })
      await stage.join('w')
      for (const shard of await stage.claim('w')) {
        expect(await stage.engine.hasEnded('b')).toBe(false)
        await stage.finish('w', shard)
      }
      const ended = await stage.tenant().batch('b')
      expect(ended).toMatchObject({
        state: 'ended',
        outcome: 'completed',
        cause: null,
        counts: { total: 3, succeeded: 3 },
        usage: { promptTokens: 30, completionTokens: 15 },
        charge: 3n * CHARGE,
        listCharge: 6n * CHARGE,
        latency: { meanMs: 40, p99Ms: 40 },
      })
      expect((ended?.expiresAt ?? 0) - (ended?.endedAt ?? 0)).toBe(RETENTION_MS)
      expect(await stage.engine.hasEnded('b')).toBe(true)
    })

    it('is refused while a request has no answer', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [3] })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      await stage.append('w', shard.id, [answer(0), answer(2)])
      await expect(stage.engine.seal(refOf('w', shard))).rejects.toMatchObject({
        name: 'InvariantBroken',
        message: expect.stringContaining('2 of 3 requests have an answer'),
      })
      expect((await stage.tenant().output('b', 0))?.kind).toBe('lines')
    })

    it('is lost on who does not own the shard, and leaves no segment behind', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1] })
      await stage.join('w')
      const stale = await stage.claimOne('w')
      await stage.append('w', stale.id, [answer(0)])
      await stage.engine.release(refOf('w', stale))
      expect(await stage.engine.seal(refOf('w', stale))).toEqual({ kind: 'lost' })
      const owned = await stage.claimOne('w')
      expect(await stage.engine.seal(refOf('w', stale))).toEqual({ kind: 'lost' })
      expect(await stage.engine.seal(refOf('another', owned))).toEqual({ kind: 'lost' })
      const names: string[] = []
      for await (const { name } of stage.blobs.list('segments/')) names.push(name)
      expect(names).toEqual([])
      expect(await stage.engine.seal(refOf('w', owned))).toEqual({ kind: 'sealed', batchEnded: true })
      expect(await stage.engine.seal(refOf('w', owned))).toEqual({ kind: 'lost' })
      expect(await stage.text('segments/b/0-2.jsonl')).toBe('{"at":0}\n')
    })

    it('happens once where the same seal is asked for twice at the same moment', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1] })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      await stage.append('w', shard.id, [answer(0)])
      const both = await Promise.all([1, 2].map(() => stage.engine.seal(refOf('w', shard))))
      expect(both.map(({ kind }) => kind).sort()).toEqual(['lost', 'sealed'])
      expect(await stage.text('segments/b/0-1.jsonl')).toBe('{"at":0}\n')
      expect(await stage.findings()).toEqual([])
    })

    it('is final: a sealed shard is neither claimed nor given back nor accused', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1] })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      await stage.finish('w', shard)
      expect(await stage.engine.release(refOf('w', shard))).toEqual({ kind: 'lost' })
      expect(await stage.engine.suspect(refOf('w', shard), 0)).toEqual({ kind: 'lost' })
      await stage.engine.join('w2', { leaseMs: 1_000, alone: true })
      expect(await stage.claim('w2')).toEqual([])
    })
  })

  describe('a batch that ends', () => {
    it.each<[StopCause, 'expired' | 'cancelled', BatchOutcome]>([
      ['cancel', 'cancelled', 'cancelled'],
      ['delete', 'cancelled', 'cancelled'],
      ['deadline', 'expired', 'expired'],
      ['budget', 'cancelled', 'failed'],
    ])('by %s, with requests left %s, is %s', async (cause, kind, outcome) => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [2] })
      await stage.tenant().stop('b', cause)
      await stage.join('w')
      const shard = await stage.claimOne('w')
      await stage.append('w', shard.id, [answer(0), unanswered(1, kind)])
      await stage.engine.seal(refOf('w', shard))
      expect(await stage.tenant().batch('b')).toMatchObject({
        state: 'ended',
        cause,
        outcome,
        counts: { succeeded: 1, [kind]: 1 },
        charge: CHARGE,
      })
      expect(await stage.findings()).toEqual([])
    })

    it('is completed where the stop came too late to leave a request unanswered', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1] })
      await stage.tenant().stop('b', 'cancel')
      await stage.join('w')
      await stage.finish('w', await stage.claimOne('w'))
      expect(await stage.tenant().batch('b')).toMatchObject({ cause: 'cancel', outcome: 'completed' })
    })

    it('has no latency where no call was made', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1] })
      await stage.tenant().stop('b', 'cancel')
      await stage.join('w')
      const shard = await stage.claimOne('w')
      await stage.append('w', shard.id, [unanswered(0, 'cancelled')])
      await stage.engine.seal(refOf('w', shard))
      expect(await stage.tenant().batch('b')).toMatchObject({
        outcome: 'cancelled',
        latency: null,
        charge: 0n,
      })
    })

    itWithClock('ends at the time of the last seal', async () => {
      const stage = await open()
      const { batch } = await stage.accept({ id: 'b', counts: [1] })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      stage.advance(1_234)
      await stage.finish('w', shard)
      expect((await stage.tenant().batch('b'))?.endedAt).toBe(batch.createdAt + 1_234)
    })
  })
}
