import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { createMemoryBlobs } from '../blobs/memory.ts'
import { endedBatch } from '../contract/earlier-release.fixture.ts'
import { ACCOUNT, createStage, newBatch, newShards } from '../contract/stage.fixture.ts'
import { NO_KEY_LIMITS } from '../operator.ts'
import { openOperatorStore } from '../operator-store.ts'
import { MIGRATIONS } from '../schema.ts'
import { openSqliteThread } from './client.ts'
import { dataDirPaths, makeDataDir } from './data-dir.ts'
import { openSqliteDirect } from './direct.ts'
import { openInMemory, openOnFile, tempFolder } from './sqlite-store.fixture.ts'

const undo: Array<() => void> = []
afterEach(() => {
  for (const each of undo.splice(0).reverse()) each()
})

const freshDataDir = (): string => {
  const folder = tempFolder()
  undo.push(folder.remove)
  const dataDir = join(folder.path, 'data')
  makeDataDir(dataDir)
  return dataDir
}

const openDirect = (path: string) => openSqliteDirect({ path, now: () => 1_000, blobs: createMemoryBlobs() })

describe('opening a store', () => {
  it('finds all that the process before had stored', async () => {
    const { database } = dataDirPaths(freshDataDir())
    const before = openDirect(database)
    const order = { id: 'b', counts: [2] }
    const accepted = await before
      .tenant(ACCOUNT)
      .accept(newBatch(order), { kind: 'shards', shards: newShards(order) })
    await before.close()
    const after = openDirect(database)
    expect(accepted).toEqual({ kind: 'accepted', batch: await after.tenant(ACCOUNT).batch('b') })
    await after.close()
  })

  it('knows what keys have spent under an earlier release', async () => {
    const { database } = dataDirPaths(freshDataDir())
    const earlier = new DatabaseSync(database)
    for (const migration of MIGRATIONS.slice(0, 3)) earlier.exec(migration)
    earlier.exec('PRAGMA user_version = 3')
    earlier.exec(endedBatch('b1', 'key_1', 30))
    earlier.exec(endedBatch('b2', 'key_1', 12))
    earlier.close()
    const now = openDirect(database)
    expect(await now.keys.spentByKey('key_1')).toBe(42n)
    await now.close()
  })

  it('refuses a file that is no database, by its name', async () => {
    const dataDir = freshDataDir()
    const { database } = dataDirPaths(dataDir)
    writeFileSync(database, 'no database, but long enough to be looked at'.repeat(100))
    const corrupt = { name: 'StoreError', code: 'corrupt', message: expect.stringContaining(database) }
    expect(() => openDirect(database)).toThrow(expect.objectContaining(corrupt))
    await expect(openSqliteThread({ dataDir })).rejects.toMatchObject(corrupt)
  })

  it('refuses what a newer release wrote, and leaves it as it is', () => {
    const { database } = dataDirPaths(freshDataDir())
    const newer = new DatabaseSync(database)
    newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
    newer.close()
    expect(() => openDirect(database)).toThrow('a newer release wrote it')
    const again = new DatabaseSync(database)
    expect(again.prepare('PRAGMA user_version').get()?.user_version).toBe(MIGRATIONS.length + 1)
    expect(again.prepare('SELECT count(*) AS tables FROM sqlite_master').get()?.tables).toBe(0)
    again.close()
  })
})

describe('closing a store', () => {
  it('does what was asked before, and refuses what is asked afterwards', async () => {
    const { ports, close } = await openInMemory()
    const order = { id: 'b' }
    const accepted = ports
      .tenant(ACCOUNT)
      .accept(newBatch(order), { kind: 'shards', shards: newShards(order) })
    const closed = close()
    const late = ports.tenant(ACCOUNT).batch('b')
    await expect(late).rejects.toMatchObject({ name: 'StoreError', code: 'closed' })
    expect((await accepted).kind).toBe('accepted')
    await closed
    await close()
  })

  it('is the same on a thread', async () => {
    const store = await openSqliteThread({
      dataDir: freshDataDir(),
      onFatal: () => expect.unreachable('a store that is closed has not died'),
    })
    const order = { id: 'b' }
    const accepted = store
      .tenant(ACCOUNT)
      .accept(newBatch(order), { kind: 'shards', shards: newShards(order) })
    const closed = store.close()
    expect((await accepted).kind).toBe('accepted')
    await closed
    await store.close()
    await expect(store.tenant(ACCOUNT).batch('b')).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('the ports of the operator', () => {
  it('work beside a running server', async () => {
    const dataDir = freshDataDir()
    const server = await openSqliteThread({ dataDir })
    const beside = await openOperatorStore({ dataDir: dataDir, databaseUrl: undefined }, { create: false })
    const key = { id: 'k', account: ACCOUNT, name: 'night', sha256: Buffer.alloc(32, 7), hint: 'sk-…' }
    const more = { models: null, expiresAt: null, role: 'client', limits: NO_KEY_LIMITS } as const
    await beside.keys.createKey({ ...key, ...more })
    expect(await server.keys.keyByHash(key.sha256)).toMatchObject({ id: 'k', usable: true })
    const order = { id: 'b' }
    await server.tenant(ACCOUNT).accept(newBatch(order), { kind: 'shards', shards: newShards(order) })
    expect(await beside.audit.audit()).toMatchObject({ shards: 1, findings: [] })
    await beside.close()
    await server.close()
  })

  it('say so where there is no data, and make none', async () => {
    const dataDir = freshDataDir()
    await expect(
      openOperatorStore({ dataDir: dataDir, databaseUrl: undefined }, { create: false }),
    ).rejects.toThrow(`There is no data of a gateway in ${dataDir}`)
  })
})

describe('the rows that a store writes', () => {
  it('grow with shards and with time, not with requests', async () => {
    const opened = await openOnFile()
    const stage = createStage(opened)
    const rowsOf = async (id: string, count: number): Promise<number> => {
      const before = await opened.rowsWritten()
      await stage.run({ id, counts: [count] })
      return (await opened.rowsWritten()) - before
    }
    const few = await rowsOf('few', 1)
    expect(await rowsOf('many', 200)).toBe(few)
    await opened.close()
  })
})
