import { createTestDatabase, type TestDatabase } from '../../../../tests/support/postgres/database.ts'
import { createManualClock } from '../../clock/manual-clock.ts'
import { createMemoryBlobs } from '../blobs/memory.ts'
import type { OpenedStore } from '../contract/stage.fixture.ts'
import { MIGRATIONS } from '../schema.ts'
import { tablesOf } from './ddl.ts'
import { openPool } from './open.ts'
import { postgresStore } from './postgres-store.ts'

/** Some day in 2026: far from zero, where a forgotten stamp would look like an early one. */
const START_MS = 1_780_000_000_000

/** Making a database takes longer than most cases: one serves a file, and is emptied for each. */
export const sharedDatabase = () => {
  const made = createTestDatabase()

  /** One more process on what is stored, whose clock is ahead by so much. */
  const openBeside = async (aheadMs = 0): Promise<OpenedStore> => {
    const { url } = await made
    const clock = createManualClock(START_MS + aheadMs)
    const blobs = createMemoryBlobs()
    const pool = await openPool({ url, applicationName: 'sheepfold test' })
    const ports = await postgresStore(pool, { blobs, now: clock.now })
    return { ports, blobs, advance: clock.advance, close: ports.close }
  }

  const open = async (): Promise<OpenedStore> => {
    const opened = await openBeside()
    await emptyTables(await made)
    return opened
  }

  return {
    open,
    openBeside,
    query: async (text: string) => (await made).query(text),
    close: async () => (await made).remove(),
  }
}

/** DELETE and not TRUNCATE, which makes new files for every table. */
const emptyTables = async (database: TestDatabase): Promise<void> => {
  const emptied = tablesOf(MIGRATIONS).map((table) => `DELETE FROM ${table}`)
  const restarted = 'SELECT setval(CAST(sequencename AS regclass), 1, false) FROM pg_sequences'
  await database.query([...emptied, restarted].join(';'))
}
