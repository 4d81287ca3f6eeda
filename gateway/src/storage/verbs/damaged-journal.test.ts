import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { answer, closedAfterEach, createStage, refOf } from '../contract/stage.fixture.ts'
import { openOnFile } from '../sqlite/sqlite-store.fixture.ts'

const closed = closedAfterEach()

it.each([
  ['is cut off', 'tail = substr(tail, 1, length(tail) - 1)', 'damaged at byte'],
  ['lost its last answer', 'tail = substr(tail, 1, length(tail) / 2)', 'holds 1 answers to 1 of 2 requests'],
  [
    'has an answer twice',
    'tail = CAST(substr(tail, 1, length(tail) / 2) || tail AS BLOB)',
    'holds 3 answers to 2',
  ],
  ['does not add up to the charge', 'charge = charge + 1', 'adds up to charge 200'],
  ['does not add up to the cost', 'cost = cost - 1', 'and cost 120'],
])(
  'a journal that %s is never sealed: the worker stops instead of trying for ever',
  async (_how, change, message) => {
    const opened = closed(await openOnFile())
    const stage = createStage(opened)
    await stage.accept({ id: 'b', counts: [2] })
    await stage.join('w')
    const shard = await stage.claimOne('w')
    await stage.append('w', shard.id, [answer(0), answer(1)])
    const database = new DatabaseSync(opened.database)
    database.exec(`UPDATE shard SET ${change}`)
    database.close()
    await expect(stage.engine.seal(refOf('w', shard))).rejects.toMatchObject({
      name: 'InvariantBroken',
      message: expect.stringContaining(message),
    })
    expect(await stage.tenant().batch('b')).toMatchObject({ state: 'running' })
  },
)
