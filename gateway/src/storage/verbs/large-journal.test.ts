import { expect, it } from 'vitest'
import { answer, closedAfterEach, createStage, refOf } from '../contract/stage.fixture.ts'
import { openInMemory } from '../sqlite/sqlite-store.fixture.ts'

const COUNT = 6
/** Six of them are more than the 16 MiB of journal that a seal keeps in memory. */
const LINE_BYTES = 4 * 1_048_576

const closed = closedAfterEach()

it('a shard whose journal is larger than a seal keeps in memory is sealed in input order', async () => {
  const stage = closed(createStage(await openInMemory()))
  await stage.accept({ id: 'b', counts: [COUNT] })
  await stage.join('w')
  const shard = await stage.claimOne('w')
  for (const position of [5, 0, 4, 1, 3, 2]) {
    const line = Buffer.alloc(LINE_BYTES, `${position}`)
    line[LINE_BYTES - 1] = 0x0a
    await stage.append('w', shard.id, [answer(position, { line })])
  }
  expect(await stage.engine.seal(refOf('w', shard))).toEqual({ kind: 'sealed', batchEnded: true })
  const name = 'segments/b/0-1.jsonl'
  expect(await stage.tenant().output('b', 0)).toMatchObject({
    kind: 'segment',
    blob: name,
    bytes: COUNT * LINE_BYTES,
  })
  for (let position = 0; position < COUNT; position += 1) {
    const [first, last] = await Promise.all([
      stage.blobs.read(name, position * LINE_BYTES, 2),
      stage.blobs.read(name, (position + 1) * LINE_BYTES - 2, 2),
    ])
    expect([first.toString(), last.toString()]).toEqual([`${position}${position}`, `${position}\n`])
  }
})
