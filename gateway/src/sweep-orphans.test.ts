import { expect, it } from 'vitest'
import { closedAfterEach, createStage } from './storage/contract/stage.fixture.ts'
import { openInMemory } from './storage/sqlite/sqlite-store.fixture.ts'
import { sweepOrphans } from './sweep-orphans.ts'

const closed = closedAfterEach()

/** More than the sweep asks for at a time. */
const LOST_INPUTS = 450

it('a sweep removes what has no owner: inputs without a batch, segments that no shard names', async () => {
  const stage = closed(createStage(await openInMemory()))
  const { blobs } = stage
  const write = async (name: string): Promise<void> => {
    await (await blobs.create(name)).commit()
  }
  await stage.run({ id: 'batch_ended', counts: [1] })
  await stage.accept({ id: 'batch_runs', counts: [1, 1] })
  const [first] = await stage.claim('w')
  if (!first) throw new Error('a shard waits')
  await stage.finish('w', first)
  const kept = ['inputs/batch_ended.jsonl', 'inputs/batch_runs.jsonl', 'inputs/not-ours.txt']
  for (const name of kept) await write(name)
  for (let lost = 0; lost < LOST_INPUTS; lost += 1) await write(`inputs/batch_lost${lost}.jsonl`)
  await stage.accept({ id: 'msgbatch_runs', counts: [1] })
  for (const name of ['msgbatch_runs', 'msgbatch_lost']) await write(`inputs/${name}.json`)
  await write('segments/batch_runs/1-1.jsonl')

  expect(await sweepOrphans(stage.engine, blobs)).toBe(LOST_INPUTS + 2)
  const left: string[] = []
  for await (const { name } of blobs.list('')) left.push(name)
  expect(left.sort()).toEqual([
    ...kept.slice(0, 2),
    'inputs/msgbatch_runs.json',
    ...kept.slice(2),
    'segments/batch_ended/0-1.jsonl',
    'segments/batch_runs/0-1.jsonl',
  ])
  expect(await sweepOrphans(stage.engine, blobs)).toBe(0)
})
