import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { encodeFrame } from '../../batch/answer-frame.ts'
import {
  answer,
  CHARGE,
  createStage,
  newBatch,
  refOf,
  type Stage,
  unanswered,
} from '../contract/stage.fixture.ts'
import { usageRow } from '../contract/usage.contract.ts'
import type { EngineStore } from '../engine.ts'
import { sharedDatabase } from './postgres-store.fixture.ts'

/** What SQLite's one writer gives for nothing must hold where transactions run beside each other. */
const database = sharedDatabase()
afterAll(database.close)

let stage: Stage | undefined
afterEach(async () => {
  await stage?.close()
  stage = undefined
})

const open = async (): Promise<Stage> => {
  stage = createStage(await database.open())
  return stage
}

/** So many at the same moment: as many as the pool has connections, and more that wait for one. */
const times = <Value>(count: number, make: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))

describe('creates at the same moment', () => {
  it.each([
    ['with one idempotency key', { idempotencyKey: 'same', bodySha256: 'body' }],
    ['of one body, sent again', { again: true, bodySha256: 'body' }],
  ])('%s make one batch', async (_, create) => {
    const { accept, tenant, findings } = await open()
    for (let round = 0; round < 5; round += 1) {
      const outcomes = await times(12, (index) => accept({ id: `b${round}-${index}`, create }))
      expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1)
      expect(new Set(outcomes.map(({ batch }) => batch.id)).size).toBe(1)
      for (const { id } of await tenant().batches({ limit: 99 })) await tenant().remove(id)
    }
    expect(await findings()).toEqual([])
  })

  it('repeated because their commit was in doubt make one batch', async () => {
    const { accept, balances } = await open()
    const outcomes = await times(12, () => accept({ id: 'b', hold: 5n }))
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1)
    expect(await balances()).toMatchObject({ 'account:acme:held': 5n })
  })
})

describe('claims at the same moment', () => {
  it('give each shard to one worker', async () => {
    const { accept, join, claim } = await open()
    await accept({ id: 'b', counts: new Array<number>(40).fill(1) })
    const workers = Array.from({ length: 12 }, (_, index) => `w${index}`)
    await join(...workers)
    const claimed: number[] = []
    for (;;) {
      const shards = (await Promise.all(workers.map((worker) => claim(worker, 2)))).flat()
      if (shards.length === 0) break
      claimed.push(...shards.map(({ id }) => id))
    }
    expect(claimed.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    )
  })

  it.each<[string, (beside: EngineStore, workers: readonly string[]) => Array<Promise<unknown>>]>([
    ['who leave', (beside, workers) => workers.map((worker) => beside.leave(worker))],
    ['whose lease has run out', (beside) => [beside.fence(), beside.fence()]],
    ['whom another start declares dead', (beside) => [beside.join('new', { leaseMs: 1, alone: true })]],
  ])('by workers %s leave no shard with a worker that is gone', async (_, end) => {
    const { accept, engine, claim } = await open()
    const beside = await database.openBeside(1_000)
    await accept({ id: 'b', counts: new Array<number>(30).fill(1) })
    for (let round = 0; round < 10; round += 1) {
      const workers = Array.from({ length: 4 }, (__, index) => `w${round}-${index}`)
      for (const worker of workers) await engine.join(worker, { leaseMs: 1_000, alone: false })
      await Promise.all([...workers.map((worker) => claim(worker, 6)), ...end(beside.ports.engine, workers)])
      const lost = await database.query(
        "SELECT id FROM shard WHERE state = 'running' AND worker NOT IN (SELECT id FROM worker)",
      )
      expect(lost).toEqual([])
      await engine.join('next', { leaseMs: 1_000, alone: true })
    }
    await beside.close()
  })
})

describe('appends at the same moment', () => {
  it('of one group record it once', async () => {
    const { accept, join, claim, append, engine, balances, findings } = await open()
    await accept({ id: 'b', counts: [4, 4] })
    await join('w')
    const shards = await claim('w')
    const parts = shards.map(({ id }) => ({ shard: id, frame: encodeFrame([answer(0)]), waste: 7n }))
    const receipts = await times(12, () => engine.append({ worker: 'in doubt', number: 1, parts }))
    expect(receipts.flat().filter(({ kind }) => kind === 'taken')).toHaveLength(2)
    expect(await findings()).toEqual([])
    for (const shard of shards) {
      await append('w', shard.id, [answer(1), answer(2), answer(3)])
      await engine.seal(refOf('w', shard))
    }
    expect(await balances()).toMatchObject({ revenue: 8n * CHARGE, 'expense:waste': 14n })
  })

  it('of different workers, to the same shards, lose and double nothing', async () => {
    const { accept, join, claim, engine, audit } = await open()
    await accept({ id: 'b', counts: [60, 60, 60] })
    await join('w')
    const shards = (await claim('w')).map(({ id }) => id)
    await times(20, (index) => {
      const entries = [0, 1, 2, 3].map((each) => answer(index * 2 + each))
      const parts = shards.map((shard) => ({ shard, frame: encodeFrame(entries), waste: 0n }))
      const order = index % 2 === 0 ? parts : parts.toReversed()
      return engine.append({ worker: `w${index}`, number: 1, parts: order })
    })
    expect(await audit.audit()).toMatchObject({ answers: 3 * 42, findings: [] })
  })
})

describe('last seals at the same moment', () => {
  it('end their batch once', async () => {
    const { accept, join, claim, append, engine, tenant, findings } = await open()
    for (let round = 0; round < 5; round += 1) {
      await accept({ id: `b${round}`, counts: new Array<number>(8).fill(1) })
      await join('w')
      const shards = await claim('w')
      for (const { id } of shards) await append('w', id, [answer(0)])
      const receipts = await Promise.all(shards.map((shard) => engine.seal(refOf('w', shard))))
      expect(receipts.filter((receipt) => receipt.kind === 'sealed' && receipt.batchEnded)).toHaveLength(1)
      expect(await tenant().batch(`b${round}`)).toMatchObject({ state: 'ended', charge: 8n * CHARGE })
    }
    expect(await findings()).toEqual([])
  })

  it('and the removal of their batch leave no file behind', async () => {
    const { accept, join, claim, append, engine, tenant } = await open()
    for (let round = 0; round < 8; round += 1) {
      const id = `b${round}`
      await accept({ id, counts: [1], more: { layout: 'apart' } })
      await join('w')
      const [shard] = await claim('w')
      if (!shard) throw new Error('a shard waits')
      await append('w', shard.id, [answer(0)])
      await tenant().stop(id, 'cancel')
      await Promise.all([engine.seal(refOf('w', shard)), tenant().remove(id)])
      expect(await tenant().files({ limit: 9, order: 'asc' })).toEqual([])
    }
  })

  it('and stops of all kinds leave one cause and one end', async () => {
    const { accept, join, claim, append, engine, tenant, findings } = await open()
    for (let round = 0; round < 5; round += 1) {
      const id = `b${round}`
      await accept({ id, counts: [1, 1] })
      await join('w')
      const shards = await claim('w')
      for (const shard of shards) await append('w', shard.id, [unanswered(0, 'cancelled')])
      // Without a cause nothing may be cancelled.
      await tenant().stop(id, 'cancel')
      await Promise.all([
        ...shards.map((shard) => engine.seal(refOf('w', shard))),
        tenant().stop(id, 'budget'),
        engine.tick('w'),
        tenant().remove(id),
      ])
      expect(await tenant().batch(id)).toBeUndefined()
      expect(await engine.hasEnded(id)).toBe(true)
    }
    expect(await findings()).toEqual([])
  })
})

describe('a purge while late answers come', () => {
  it('books each of them once, and keeps their waste', async () => {
    const { run, tenant, engine, append, audit, balances, findings } = await open()
    for (let round = 0; round < 8; round += 1) {
      const id = `b${round}`
      await run({ id, counts: [2, 2] })
      await tenant().remove(id)
      const shards = [round * 2 + 1, round * 2 + 2]
      await Promise.all([
        engine.purged(id),
        engine.purged(id),
        ...shards.map((shard) => append(`late${round}`, shard, [answer(0)], 3n)),
      ])
    }
    expect(await findings()).toEqual([])
    const wasted = (await balances())['expense:waste'] ?? 0n
    expect(wasted).toBe(8n * 2n * (60n + 3n))
    // What came when its shard was gone belongs to no batch; the rest is on the batch that it came for.
    const kept = (await audit.wasteByBatch()).reduce((sum, { waste }) => sum + waste, 0n)
    const ownerless = await database.query(
      "SELECT coalesce(sum(amount), 0)::text AS waste FROM entry JOIN posting ON posting.id = posting WHERE batch IS NULL AND account = 'expense:waste'",
    )
    expect(kept + BigInt(String(ownerless[0]?.waste))).toBe(wasted)
  })
})

describe('at the same moment', () => {
  it('of a batch and the removal of its file: it is made in time or not at all', async () => {
    const { tenant, engine } = await open()
    const store = tenant()
    for (let round = 0; round < 5; round += 1) {
      const id = `file-${round}`
      await store.beginFile({ id, apiKey: 'key-1', blob: `files/${id}` })
      await store.addFileShards(id, [
        {
          number: 0,
          model: 'batch-4.1',
          endpoint: '/v1/chat/completions',
          count: 2,
          index: Buffer.from('i'),
        },
      ])
      const end = { purpose: 'batch', filename: 'in.jsonl', bytes: 10, contents: null }
      await store.endFile(id, { ...end, dropShards: false, expiresMs: null })
      const batch = newBatch({ id: `b${round}`, more: { file: id, blob: `files/${id}`, layout: 'apart' } })
      const [outcome] = await Promise.all([
        store.accept(batch, { kind: 'file', file: id }),
        store.removeFile(id).then(() => engine.expireFiles(9)),
      ])
      const isNamed = (await engine.expireFiles(9)).some((purgeable) => purgeable.id === id)
      // Its bytes go only where no batch was made that needs them.
      expect(isNamed).toBe(outcome.kind === 'gone')
    }
  })
})

describe('usage that is recorded and posted at the same moment', () => {
  it('is recorded once, posted once, and none is left out', async () => {
    const { engine, keys, balances, findings, advance } = await open()
    // Of one process the hour is over, of the other it is not: minutes are posted while they are added to.
    const ahead = await database.openBeside(3_600_000)
    let number = 0
    for (let round = 0; round < 8; round += 1) {
      const groups = Array.from({ length: 8 }, (_, index) => {
        number += 1
        return { recorder: `r${index}-${number}`, number, rows: [usageRow()] }
      })
      const kinds = groups.flatMap((group) => [engine.recordUsage(group), engine.recordUsage(group)])
      const posting = [ahead.ports.engine.postUsage(10), ahead.ports.engine.postUsage(10)]
      const outcomes = (await Promise.all(kinds)).map(({ kind }) => kind)
      await Promise.all(posting)
      expect(outcomes.filter((kind) => kind === 'recorded')).toHaveLength(groups.length)
      expect(await findings()).toEqual([])
    }
    await ahead.close()
    advance(3_600_000)
    await engine.postUsage(10)
    expect(await keys.spentByKey('key-1')).toBe(64n * usageRow().charge)
    expect(await balances()).toMatchObject({ revenue: 64n * usageRow().charge })
    expect(await findings()).toEqual([])
  })

  it('adds to the spending of a key together with the ends of its batches', async () => {
    const { accept, join, claim, finish, engine, keys, findings } = await open()
    await join('w')
    await times(12, (index) => accept({ id: `b${index}`, counts: [1] }))
    const shards = await claim('w')
    const recorded = times(12, (index) =>
      engine.recordUsage({ recorder: `r${index}`, number: 1, rows: [usageRow(), usageRow({ apiKey: 'a' })] }),
    )
    await Promise.all([...shards.map((shard) => finish('w', shard)), recorded])
    expect(await keys.spentByKey('key-1')).toBe(12n * CHARGE + 12n * usageRow().charge)
    expect(await findings()).toEqual([])
  })
})
