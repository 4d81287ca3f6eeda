import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { createMemoryBlobs } from '../blobs/memory.ts'
import { answer, closedAfterEach, createStage, LEASE_MS, type Stage } from '../contract/stage.fixture.ts'
import { openSqliteDirect } from './direct.ts'
import { openOnFile } from './sqlite-store.fixture.ts'

/** Stands in everything that a client of a deleted batch sent or got. */
const SECRET = 'S3CRET-0f-4-c1ient'

/** Every file below the data directory in which a text stands. */
const filesWith = (dataDir: string, needle: string): string[] =>
  readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(dataDir, name)).isFile())
    .filter((name) => readFileSync(join(dataDir, name)).includes(needle))
    .sort()

const lineOf = (bytes: number): Buffer => Buffer.from(`${SECRET.repeat(Math.ceil(bytes / SECRET.length))}\n`)

const acceptSecret = (stage: Stage, id: string, counts: number[]) =>
  stage.accept({
    id,
    counts,
    more: {
      template: SECRET.repeat(50),
      metadata: `{"of":"${SECRET}"}`,
      losses: JSON.stringify([{ from: SECRET }]),
    },
  })

const purge = async (stage: Stage): Promise<void> => {
  for (const { batch, blobs } of await stage.engine.expire(1_000)) {
    for (const blob of blobs) await stage.blobs.remove(blob)
    await stage.engine.purged(batch)
  }
}

const closed = closedAfterEach()

describe('what a deleted batch left', () => {
  it.each([50, 3_000, 40_000])('has left the disk, with lines of %i bytes', async (bytes) => {
    const opened = closed(await openOnFile())
    const stage = createStage(opened)
    // Neighbours that stay: their rows lie on the same pages, and make those split while they are written.
    const ids = Array.from({ length: 12 }, (_, number) => `b${number}`)
    for (const id of ids) await acceptSecret(stage, id, [4, 4])
    await stage.accept({ id: 'kept', counts: [4, 4] })
    await stage.join('w')
    const shards = await stage.claim('w')
    for (const position of [2, 0, 3, 1]) {
      for (const { id, batch } of shards) {
        const line = batch === 'kept' ? Buffer.from('kept\n') : lineOf(bytes)
        await stage.append('w', id, [answer(position, { line })])
      }
    }
    expect(filesWith(opened.dataDir, SECRET)).toContain('sheepfold.db-wal')
    for (const shard of shards) await stage.finish('w', { ...shard, done: new Uint8Array([0b1111]) })
    for (const id of ids) await stage.tenant().remove(id)
    await purge(stage)
    expect(filesWith(opened.dataDir, SECRET)).toEqual([])
    expect(ids.flatMap((id) => filesWith(opened.dataDir, `index of ${id} `))).toEqual([])
    expect(filesWith(opened.dataDir, 'index of kept ')).toEqual(['sheepfold.db'])
    expect(await stage.text('segments/kept/0-1.jsonl')).toBe('kept\n'.repeat(4))
    expect(await stage.findings()).toEqual([])
  })

  it('leaves later where a reader beside the server holds it back, and nobody waits for that reader', async () => {
    const opened = closed(await openOnFile())
    const stage = createStage(opened)
    await acceptSecret(stage, 'b', [1])
    await stage.join('w')
    await stage.finish('w', await stage.claimOne('w'))
    await stage.tenant().remove('b')
    const reader = new DatabaseSync(opened.database)
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM batch').get()
    const started = performance.now()
    await purge(stage)
    await stage.join('w')
    // A writer waits up to 5 s for another one; a checkpoint that did would stop the whole server for as long.
    expect(performance.now() - started).toBeLessThan(2_500)
    expect(filesWith(opened.dataDir, SECRET)).toContain('sheepfold.db-wal')
    reader.close()
    await stage.engine.renew('w', LEASE_MS)
    expect(filesWith(opened.dataDir, SECRET)).toEqual([])
  })

  it('leaves with the next process where this one dies between the purge and the wiping', async () => {
    const opened = closed(await openOnFile())
    const dying = closed(
      openSqliteDirect({
        path: opened.database,
        now: () => 1_000,
        blobs: createMemoryBlobs(),
        crash: (point) => {
          if (point === 'purge.after_commit') throw new Error('the power goes')
        },
      }),
    )
    const stage = createStage({ ...opened, ports: dying })
    await acceptSecret(stage, 'b', [1])
    await stage.join('w')
    await stage.finish('w', await stage.claimOne('w'))
    await stage.tenant().remove('b')
    await expect(purge(stage)).rejects.toThrow('the power goes')
    expect(filesWith(opened.dataDir, SECRET)).toContain('sheepfold.db-wal')
    // The connection of the dead process is still open here, as none would be: it reads nothing any more.
    await opened.ports.engine.join('w2', { leaseMs: LEASE_MS, alone: true })
    expect(filesWith(opened.dataDir, SECRET)).toEqual([])
  })
})
