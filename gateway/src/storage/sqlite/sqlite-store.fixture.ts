import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createManualClock } from '../../clock/manual-clock.ts'
import { openFileBlobs } from '../blobs/files.ts'
import { createMemoryBlobs } from '../blobs/memory.ts'
import type { OpenedStore } from '../contract/stage.fixture.ts'
import { openSqliteThread } from './client.ts'
import { dataDirPaths, makeDataDir } from './data-dir.ts'
import { openSqliteDirect } from './direct.ts'

/** Some day in 2026: far from zero, where a forgotten stamp would look like an early one. */
const START_MS = 1_780_000_000_000

/** A folder that is gone after the test, also where its process is stopped. */
export const tempFolder = (): { path: string; remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'sheepfold-store-'))
  const erase = (): void => rmSync(path, { recursive: true, force: true })
  process.once('exit', erase)
  const remove = (): void => {
    erase()
    process.off('exit', erase)
  }
  return { path, remove }
}

export const openInMemory = async (): Promise<OpenedStore> => {
  const clock = createManualClock(START_MS)
  const blobs = createMemoryBlobs()
  const ports = openSqliteDirect({ path: ':memory:', now: clock.now, blobs })
  return { ports, blobs, advance: clock.advance, close: ports.close }
}

export interface OpenedOnFile extends OpenedStore {
  readonly dataDir: string
  readonly database: string
  readonly rowsWritten: () => Promise<number>
}

export const openOnFile = async (): Promise<OpenedOnFile> => {
  const folder = tempFolder()
  const dataDir = folder.path
  const paths = dataDirPaths(dataDir)
  makeDataDir(dataDir)
  const clock = createManualClock(START_MS)
  const blobs = await openFileBlobs({ root: paths.blobs, sweepUnfinished: false })
  const ports = openSqliteDirect({ path: paths.database, now: clock.now, blobs })
  const close = async (): Promise<void> => {
    await ports.close()
    blobs.close()
    folder.remove()
  }
  return {
    ports,
    blobs,
    advance: clock.advance,
    close,
    dataDir,
    database: paths.database,
    rowsWritten: ports.rowsWritten,
  }
}

/**
 * A store thread takes 100 ms and more to start, so one serves all cases: `open` empties its tables and blobs
 * from outside, as another process would.
 */
export const sharedThread = () => {
  const folder = tempFolder()
  const { database, blobs: root } = dataDirPaths(folder.path)
  const store = openSqliteThread({ dataDir: folder.path })
  const files = store.then(() => openFileBlobs({ root, sweepUnfinished: false }))

  const open = async (): Promise<OpenedStore> => {
    const [ports, blobs] = await Promise.all([store, files])
    emptyTables(database)
    for await (const { name } of blobs.list('')) await blobs.remove(name)
    return { ports, blobs, advance: () => {}, close: async () => {} }
  }

  const close = async (): Promise<void> => {
    await (await store).close()
    ;(await files).close()
    folder.remove()
  }
  return { open, close }
}

const emptyTables = (path: string): void => {
  const database = new DatabaseSync(path)
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  database.exec('BEGIN IMMEDIATE')
  for (const { name } of tables) database.exec(`DELETE FROM ${name}`)
  database.exec('COMMIT')
  database.close()
}
