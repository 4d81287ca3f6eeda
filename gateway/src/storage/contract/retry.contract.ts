import { describe, expect, it } from 'vitest'
import { emptyBits, setBit } from '../../batch/done-bits.ts'
import { decodeIndex, encodeIndex } from '../../batch/index-codec.ts'
import { answer, type Cases, newBatch, refOf, type Stage, unanswered } from './stage.fixture.ts'

/** Requests of one shard, each of ten bytes. */
const indexOf = (first: number, count: number): Buffer =>
  encodeIndex(
    Array.from({ length: count }, (_, at) => ({
      batchIndex: first + at,
      idStart: 10 * (first + at),
      idLength: 3,
      bodyStart: 10 * (first + at) + 4,
      bodyLength: 5,
      variant: 7,
    })),
  )

const COUNTS = [3, 2, 3]

/** A batch of three shards of which the second is all well: 1 failed, 2 expired; 5 cancelled, 7 failed. */
const runWithFailures = async (stage: Stage): Promise<void> => {
  const shards = COUNTS.map((count, number) => ({
    number,
    model: 'batch-4.1',
    endpoint: '/v1/chat/completions',
    count,
    index: indexOf([0, 3, 5][number] ?? 0, count),
  }))
  await stage.tenant().accept(newBatch({ id: 'old', counts: COUNTS }), { kind: 'shards', shards })
  await stage.join('w')
  const [first, second, third] = await stage.claim('w')
  if (!first || !second || !third) throw new Error('three shards wait')
  await stage.append('w', first.id, [answer(0), unanswered(1, 'failed'), unanswered(2, 'expired')])
  await stage.finish('w', second)
  await stage.append('w', third.id, [unanswered(0, 'cancelled'), answer(1), unanswered(2, 'failed')])
  await stage.engine.seal(refOf('w', first))
  await stage.tenant().stop('old', 'cancel')
  await stage.engine.seal(refOf('w', third))
}

const retry = (stage: Stage, only: Uint8Array | null = null, account?: string) =>
  stage
    .tenant(account)
    .accept(newBatch({ id: 'new', counts: [3], more: { blob: 'inputs/old', retryOf: 'old' } }), {
      kind: 'retry',
      batch: 'old',
      only,
    })

const indexesOf = async (stage: Stage): Promise<number[][]> =>
  (await stage.claim('w')).map(({ index, count }) => {
    const table = decodeIndex(index)
    return Array.from({ length: count }, (_, position) => table.batchIndex(position))
  })

export const retryCases = ({ open }: Cases): void => {
  describe('the retry of an ended batch', () => {
    it('has its failed and expired requests, shard by shard', async () => {
      const stage = await open()
      await runWithFailures(stage)
      expect(await retry(stage)).toMatchObject({
        kind: 'accepted',
        batch: { retryOf: 'old', counts: { total: 3 }, shards: 2 },
      })
      expect(await indexesOf(stage)).toEqual([[1, 2], [7]])
      expect(await stage.findings()).toEqual([])
    })

    it('has those among them that are named', async () => {
      const stage = await open()
      await runWithFailures(stage)
      const only = emptyBits(8)
      for (const index of [0, 2]) setBit(only, index)
      expect(await retry(stage, only)).toMatchObject({ batch: { counts: { total: 1 }, shards: 1 } })
      expect(await indexesOf(stage)).toEqual([[2]])
    })

    it('says of each shard where its requests come from', async () => {
      const stage = await open()
      await runWithFailures(stage)
      await retry(stage)
      for (const shard of await stage.claim('w')) await stage.finish('w', shard)
      const old = await stage.tenant().output('old', 2)
      const output = await stage.tenant().output('new', 1)
      if (old?.kind !== 'segment' || output?.kind !== 'segment') throw new Error('both are sealed')
      expect(output.retry?.shard).toBe(old.id)
      expect([...(output.retry?.positions ?? [])]).toEqual([0b100])
      expect([...(old.kinds ?? [])]).toEqual([3, 0, 1])
    })

    it('is nothing where none of the kind is there, or named', async () => {
      const stage = await open()
      await stage.run({ id: 'old', counts: [2] })
      expect(await retry(stage)).toEqual({ kind: 'nothing' })
      expect(await stage.tenant().batch('new')).toBeUndefined()
      expect(await stage.findings()).toEqual([])
    })

    it('is not made of a batch that runs, is deleted, or is a stranger’s', async () => {
      const stage = await open()
      await stage.accept({ id: 'old' })
      expect(await retry(stage)).toEqual({ kind: 'gone' })
      const ended = await open()
      await runWithFailures(ended)
      expect(await retry(ended, null, 'stranger')).toEqual({ kind: 'gone' })
      await ended.tenant().remove('old')
      expect(await retry(ended)).toEqual({ kind: 'gone' })
    })

    it('keeps the input that it shares until both are gone', async () => {
      const stage = await open()
      await runWithFailures(stage)
      await retry(stage)
      await stage.tenant().remove('old')
      const [old] = await stage.engine.expire(9)
      expect(old?.blobs).not.toContain('inputs/old')
      await stage.engine.purged('old')
      for (const shard of await stage.claim('w')) await stage.finish('w', shard)
      await stage.tenant().remove('new')
      expect((await stage.engine.expire(9))[0]?.blobs).toContain('inputs/old')
    })
  })
}
