import { describe, expect, it } from 'vitest'
import { encodeFrame } from '../../batch/answer-frame.ts'
import { answer, type Cases, CHARGE, COST, LEASE_MS, refOf, type Stage, unanswered } from './stage.fixture.ts'

const WASTE = 7n

const running = async (stage: Stage, count = 3): Promise<{ shard: number }> => {
  await stage.accept({ id: 'b', counts: [count] })
  await stage.join('w')
  const { id } = await stage.claimOne('w')
  return { shard: id }
}

const wasteOf = async (stage: Stage) => {
  const [line] = await stage.audit.wasteByBatch()
  return line
}

export const appendCases = ({ open, itWithClock }: Cases): void => {
  describe('appending answers', () => {
    it('counts and charges each, and says how many requests are left', async () => {
      const stage = await open()
      const { shard } = await running(stage, 5)
      const receipt = await stage.append('w', shard, [
        answer(2, { usageEstimated: true, costUnknown: true, cost: 0n }),
        answer(0),
        unanswered(4, 'failed'),
      ])
      expect(receipt).toEqual({ shard, kind: 'taken', taken: 3, duplicates: 0, remaining: 2 })
      expect(await stage.tenant().batch('b')).toMatchObject({
        counts: { total: 5, succeeded: 2, failed: 1, expired: 0, cancelled: 0 },
        usage: {
          promptTokens: 30,
          cachedTokens: 12,
          cacheWriteTokens: 9,
          completionTokens: 15,
          reasoningTokens: 6,
        },
        estimated: 1,
        charge: 2n * CHARGE,
        listCharge: 4n * CHARGE,
      })
      expect(await wasteOf(stage)).toEqual({ batch: 'b', cost: COST, waste: 0n, costUnknown: 1 })
      expect(await stage.findings()).toEqual([])
    })

    it('keeps the first answer to a request and books the second as waste', async () => {
      const stage = await open()
      const { shard } = await running(stage)
      await stage.append('w', shard, [answer(0, { line: Buffer.from('first\n') })])
      const receipt = await stage.append('w', shard, [
        answer(0, { line: Buffer.from('second\n'), cost: 11n }),
        answer(1),
      ])
      expect(receipt).toEqual({ shard, kind: 'taken', taken: 1, duplicates: 1, remaining: 1 })
      const output = await stage.tenant().output('b', 0)
      expect(output?.kind === 'lines' && Buffer.from(output.lines).toString()).toBe('first\n{"at":1}\n')
      expect(await wasteOf(stage)).toMatchObject({ cost: 2n * COST, waste: 11n })
      expect((await stage.tenant().batch('b'))?.charge).toBe(2n * CHARGE)
      expect(await stage.findings()).toEqual([])
    })

    it('keeps the first of two answers to one request within one group', async () => {
      const stage = await open()
      const { shard } = await running(stage)
      const receipt = await stage.append('w', shard, [answer(1), answer(1, { line: Buffer.from('x\n') })])
      expect(receipt).toMatchObject({ taken: 1, duplicates: 1, remaining: 2 })
      expect(await wasteOf(stage)).toMatchObject({ cost: COST, waste: COST })
      expect(await stage.findings()).toEqual([])
    })

    it('books waste that comes without an answer', async () => {
      const stage = await open()
      const { shard } = await running(stage)
      expect(await stage.append('w', shard, [], WASTE)).toMatchObject({
        kind: 'taken',
        taken: 0,
        remaining: 3,
      })
      expect(await wasteOf(stage)).toMatchObject({ cost: 0n, waste: WASTE })
    })

    it('changes nothing when the very same append comes again', async () => {
      const stage = await open()
      const { shard } = await running(stage)
      const group = {
        worker: 'w',
        number: 5,
        parts: [{ shard, frame: encodeFrame([answer(0)]), waste: WASTE }],
      }
      expect(await stage.engine.append(group)).toMatchObject([{ kind: 'taken', taken: 1 }])
      const before = await stage.audit.wasteByBatch()
      const repeated = [{ shard, kind: 'repeated', taken: 0, duplicates: 0, remaining: 2 }]
      expect(await stage.engine.append(group)).toEqual(repeated)
      expect(await stage.engine.append({ ...group, number: 4 })).toEqual(repeated)
      expect(await stage.audit.wasteByBatch()).toEqual(before)
      expect((await stage.tenant().batch('b'))?.counts.succeeded).toBe(1)
    })

    it('numbers the appends of each worker apart', async () => {
      const stage = await open()
      const { shard } = await running(stage)
      const group = (worker: string, position: number) => ({
        worker,
        number: 1,
        parts: [{ shard, frame: encodeFrame([answer(position)]), waste: 0n }],
      })
      await stage.engine.append(group('w', 0))
      expect(await stage.engine.append(group('w2', 1))).toMatchObject([{ kind: 'taken', taken: 1 }])
      expect(await stage.engine.append(group('w', 0))).toMatchObject([{ kind: 'repeated' }])
    })

    it('answers for the shards of a group in the order of their ids', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1, 1] })
      await stage.join('w')
      const [first = 0, second = 0] = (await stage.claim('w')).map(({ id }) => id)
      const parts = [second, first].map((shard) => ({ shard, frame: encodeFrame([answer(0)]), waste: 0n }))
      const receipts = await stage.engine.append({ worker: 'w', number: 1, parts })
      expect(receipts.map(({ shard }) => shard)).toEqual([first, second])
    })

    it('refuses two parts for one shard, and takes nothing of them', async () => {
      const stage = await open()
      const { shard } = await running(stage)
      const part = { shard, frame: encodeFrame([answer(0)]), waste: 0n }
      const group = { worker: 'w', number: 1, parts: [part, { ...part, frame: encodeFrame([answer(1)]) }] }
      await expect(stage.engine.append(group)).rejects.toMatchObject({
        name: 'InvariantBroken',
        message: 'an append names a shard twice',
      })
      expect((await stage.tenant().batch('b'))?.counts.succeeded).toBe(0)
    })

    it.each([
      ['to a request that the shard does not have', answer(3), 'which has 3'],
      ['whose line has no end', answer(1, { line: Buffer.from('{}') }), 'has no end'],
      ['with an empty line', answer(1, { line: Buffer.alloc(0) }), 'has no end'],
    ])('refuses an answer %s, and the whole group with it', async (_which, broken, message) => {
      const stage = await open()
      const { shard } = await running(stage)
      await stage.accept({ id: 'other', counts: [1] })
      await stage.join('w2')
      const good = await stage.claimOne('w2')
      const parts = [
        { shard: good.id, frame: encodeFrame([answer(0)]), waste: WASTE },
        { shard, frame: encodeFrame([answer(0), broken]), waste: WASTE },
      ]
      await expect(stage.engine.append({ worker: 'w', number: 1, parts })).rejects.toMatchObject({
        name: 'InvariantBroken',
        message: expect.stringContaining(message),
      })
      const batches = await stage.tenant().batches({ limit: 9 })
      expect(batches.map(({ counts }) => counts.succeeded)).toEqual([0, 0])
      expect(await stage.findings()).toEqual([])
    })

    itWithClock('takes the answer of an owner that has lost the shard: it was paid for', async () => {
      const stage = await open()
      const { shard } = await running(stage)
      stage.advance(LEASE_MS)
      await stage.engine.fence()
      await stage.join('w2')
      const next = await stage.claimOne('w2')
      expect(await stage.append('w', shard, [answer(0)])).toMatchObject({ kind: 'taken', taken: 1 })
      // The new owner did not know of it: its own answer is the second one.
      expect(await stage.append('w2', shard, [answer(0), answer(1), answer(2)])).toMatchObject({
        taken: 2,
        duplicates: 1,
        remaining: 0,
      })
      expect(await stage.engine.seal(refOf('w2', next))).toEqual({ kind: 'sealed', batchEnded: true })
      expect(await stage.findings()).toEqual([])
    })

    it('books an answer that comes after the seal as waste, once', async () => {
      const stage = await open()
      await stage.run({ id: 'b', counts: [1] }, 'w')
      const before = await stage.balances()
      const group = {
        worker: 'late',
        number: 9,
        parts: [{ shard: 1, frame: encodeFrame([answer(0)]), waste: WASTE }],
      }
      const [receipt] = await stage.engine.append(group)
      expect(receipt).toEqual({ shard: 1, kind: 'taken', taken: 0, duplicates: 1, remaining: 0 })
      expect(await stage.engine.append(group)).toMatchObject([{ kind: 'repeated' }])
      const payable = before['payable:provider'] ?? 0n
      expect(await stage.balances()).toEqual({
        ...before,
        'expense:waste': COST + WASTE,
        'payable:provider': payable - COST - WASTE,
      })
      expect(await wasteOf(stage)).toMatchObject({ cost: COST, waste: COST + WASTE })
      expect(await stage.findings()).toEqual([])
    })

    it('books what comes for a shard that is gone with its batch as waste, once', async () => {
      const stage = await open()
      await stage.run({ id: 'b', counts: [1] })
      await stage.tenant().remove('b')
      await stage.engine.purged('b')
      const group = {
        worker: 'late',
        number: 9,
        parts: [{ shard: 1, frame: encodeFrame([answer(0)]), waste: WASTE }],
      }
      const gone = [{ shard: 1, kind: 'gone', taken: 0, duplicates: 1, remaining: 0 }]
      expect(await stage.engine.append(group)).toEqual(gone)
      expect(await stage.engine.append(group)).toEqual(gone)
      expect((await stage.balances())['expense:waste']).toBe(COST + WASTE)
      expect(await stage.findings()).toEqual([])
    })

    it('books nothing for an append in doubt that was taken before its shard went', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1] })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      const group = {
        worker: 'w',
        number: 1,
        parts: [{ shard: shard.id, frame: encodeFrame([answer(0)]), waste: 0n }],
      }
      await stage.engine.append(group)
      await stage.engine.seal(refOf('w', shard))
      await stage.tenant().remove('b')
      await stage.engine.purged('b')
      const before = await stage.balances()
      expect(await stage.engine.append(group)).toMatchObject([{ kind: 'gone' }])
      expect(await stage.balances()).toEqual(before)
    })
  })
}
