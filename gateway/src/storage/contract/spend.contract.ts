import { describe, expect, it } from 'vitest'
import type { Nano } from '../../money/nano.ts'
import { NO_KEY_LIMITS } from '../operator.ts'
import { type Cases, CHARGE, newBatch, newShards, type Stage, unanswered } from './stage.fixture.ts'
import { usageRow } from './usage.contract.ts'

/** The key of the batches below. */
const addKey = async (stage: Stage, spend: Nano | null): Promise<void> => {
  await stage.keys.createKey({
    id: 'key-1',
    account: 'acme',
    name: 'limited',
    sha256: Buffer.from('hash'.padEnd(32)),
    hint: 'sk-…abcd',
    models: null,
    expiresAt: null,
    role: 'client',
    limits: { ...NO_KEY_LIMITS, spend },
  })
}

const accept = async (stage: Stage, id: string, hold: Nano) => {
  const order = { id, hold, counts: [1] }
  const outcome = await stage.tenant().accept(newBatch(order), { kind: 'shards', shards: newShards(order) })
  return 'batch' in outcome ? outcome.kind : outcome
}

export const spendCases = ({ open }: Cases): void => {
  describe('what a key has spent', () => {
    it('is what is held for its batches, then what they were charged, and its calls', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [2], hold: 5_000n })
      await stage.accept({ id: 'else', counts: [2], hold: 7n, more: { apiKey: 'key-2' } })
      expect(await stage.keys.spentByKey('key-1')).toBe(5_000n)
      await stage.join('w')
      for (const shard of await stage.claim('w')) await stage.finish('w', shard)
      expect(await stage.keys.spentByKey('key-1')).toBe(2n * CHARGE)
      await stage.engine.recordUsage({ recorder: 'r', number: 1, rows: [usageRow({ charge: 40n })] })
      expect(await stage.keys.spentByKey('key-1')).toBe(2n * CHARGE + 40n)
      expect(await stage.findings()).toEqual([])
    })

    it('stays spent after its batches are gone, and nothing is spent by what came to no answer', async () => {
      const stage = await open()
      await stage.run({ id: 'b', counts: [1] })
      await stage.tenant().remove('b')
      await stage.engine.purged('b')
      await stage.accept({ id: 'failed', counts: [1] })
      const shard = await stage.claimOne('w')
      await stage.append('w', shard.id, [unanswered(0, 'failed')])
      await stage.finish('w', { ...shard, done: Uint8Array.of(1) })
      expect(await stage.keys.spentByKey('key-1')).toBe(CHARGE)
      expect(await stage.findings()).toEqual([])
    })
  })

  describe('a key that may spend so much', () => {
    it('is refused a batch whose hold goes beyond it, and nothing of it is stored', async () => {
      const stage = await open()
      await addKey(stage, 1_000n)
      expect(await accept(stage, 'fits', 600n)).toBe('accepted')
      const refusal = { kind: 'over_limit', limit: 1_000n, spent: 600n, hold: 401n }
      expect(await accept(stage, 'beyond', 401n)).toEqual(refusal)
      expect(await stage.tenant().batch('beyond')).toBeUndefined()
      expect(await stage.balances()).toMatchObject({ 'account:acme:held': 600n })
      expect(await accept(stage, 'to the last', 400n)).toBe('accepted')
      expect(await accept(stage, 'one more', 1n)).toMatchObject({ kind: 'over_limit', spent: 1_000n })
      expect(await stage.findings()).toEqual([])
    })

    it('may spend what a batch had held and did not need', async () => {
      const stage = await open()
      await addKey(stage, 1_000n)
      await stage.run({ id: 'b', counts: [1], hold: 1_000n })
      expect(await accept(stage, 'next', 1_000n - CHARGE)).toBe('accepted')
    })

    it('is refused by what its calls have spent', async () => {
      const stage = await open()
      await addKey(stage, 1_000n)
      await stage.engine.recordUsage({ recorder: 'r', number: 1, rows: [usageRow({ charge: 900n })] })
      expect(await accept(stage, 'b', 200n)).toMatchObject({ kind: 'over_limit', spent: 900n })
    })

    it('is given what an earlier create made, also when it has spent all', async () => {
      const stage = await open()
      await addKey(stage, 1_000n)
      expect(await accept(stage, 'b', 1_000n)).toBe('accepted')
      expect(await accept(stage, 'b', 1_000n)).toBe('repeated')
    })

    it('makes one of two batches at the same moment that do not fit together', async () => {
      const stage = await open()
      await addKey(stage, 1_000n)
      const outcomes = await Promise.all(['one', 'two'].map((id) => accept(stage, id, 501n)))
      expect(outcomes).toContain('accepted')
      expect(outcomes).toContainEqual({ kind: 'over_limit', limit: 1_000n, spent: 501n, hold: 501n })
    })

    it('is refused a retry whose hold goes beyond it', async () => {
      const stage = await open()
      await addKey(stage, 1_000n)
      await stage.run({ id: 'b', counts: [1] })
      const retry = newBatch({ id: 'again', hold: 901n, counts: [1], more: { retryOf: 'b' } })
      const outcome = await stage.tenant().accept(retry, { kind: 'retry', batch: 'b', only: null })
      expect(outcome).toEqual({ kind: 'over_limit', limit: 1_000n, spent: CHARGE, hold: 901n })
    })

    it('is told why an input is refused, which costs nothing', async () => {
      const stage = await open()
      await addKey(stage, 0n)
      const refused = newBatch({ id: 'bad', hold: 0n, counts: [], more: { errors: '[]' } })
      const outcome = await stage.tenant().accept(refused, { kind: 'refused' })
      expect(outcome).toMatchObject({ kind: 'accepted', batch: { outcome: 'failed' } })
    })

    it('without a limit spends what it likes', async () => {
      const stage = await open()
      await addKey(stage, null)
      expect(await accept(stage, 'b', 10n ** 15n)).toBe('accepted')
    })
  })
}
