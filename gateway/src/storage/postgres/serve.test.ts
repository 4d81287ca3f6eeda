import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/postgres/database.ts'
import { noCrash } from '../../crash/crash-points.ts'
import { openStore } from '../open-store.ts'
import { openOperatorStore } from '../operator-store.ts'
import { tempFolder } from '../sqlite/sqlite-store.fixture.ts'
import type { Store } from '../store.ts'
import { sessionName } from './earlier-sessions.ts'

let database: TestDatabase
let folder: ReturnType<typeof tempFolder>
const open: Store[] = []

beforeEach(async () => {
  database = await createTestDatabase()
  folder = tempFolder()
})
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
  await database.remove()
  folder.remove()
})

const serve = async (dataDir: string, databaseUrl: string | undefined = database.url): Promise<Store> => {
  const store = await openStore({ dataDir, databaseUrl, crash: noCrash, onFatal: () => {} })
  open.push(store)
  return store
}

const stop = async (store: Store): Promise<void> => {
  open.splice(open.indexOf(store), 1)
  await store.close()
}

const inFolder = (name: string): string => join(folder.path, name)

describe('an operator', () => {
  it('makes no tables where none are expected', async () => {
    const place = { dataDir: '', databaseUrl: database.url }
    await expect(openOperatorStore(place, { create: false })).rejects.toThrow(
      /there is no data of a gateway in 127.0.0.1:\d+\/sheepfold_test_\w+; name its database in DATABASE_URL/,
    )
    expect(await database.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([])
    const made = await openOperatorStore(place, { create: true })
    expect(await made.keys.keys()).toEqual([])
    await made.close()
  })
})

describe('a process that serves a database', () => {
  it('has its data directory for itself, and leaves it to the next one', async () => {
    const first = await serve(inFolder('a'))
    await expect(serve(inFolder('a'))).rejects.toMatchObject({
      name: 'StoreError',
      code: 'locked',
      message: expect.stringContaining('another sheepfold serve process'),
    })
    await first.keys.ensureAccount('acct_1', 'one')
    await stop(first)
    await serve(inFolder('a'))
    expect(await database.query('SELECT id FROM account')).toEqual([{ id: 'acct_1' }])
  })

  it('counts the rows that were written', async () => {
    const store = await serve(inFolder('a'))
    expect(await store.rowsWritten()).toBeGreaterThanOrEqual(0)
  })

  it('keeps bodies and rows together: neither is used with another', async () => {
    await stop(await serve(inFolder('a')))
    await expect(serve(inFolder('b'))).rejects.toThrow(
      /bodies of the database .* lie in another data directory/,
    )
    const other = await createTestDatabase()
    await expect(serve(inFolder('a'), other.url)).rejects.toThrow(/belongs to another database/)
    await other.remove()
    await serve(inFolder('a'))
  })

  it('is bound to its directory also where it died between the two halves of that', async () => {
    await stop(await serve(inFolder('a')))
    await database.query('UPDATE sheepfold_store SET bodies_bound = FALSE')
    await stop(await serve(inFolder('a')))
    await expect(serve(inFolder('b'))).rejects.toThrow(/another data directory/)
  })

  it('takes no directory of SQLite, and SQLite none of its own', async () => {
    await stop(await serve(inFolder('sqlite'), ''))
    await expect(serve(inFolder('sqlite'))).rejects.toThrow(/holds a store on SQLite/)
    await stop(await serve(inFolder('a')))
    await expect(serve(inFolder('a'), '')).rejects.toThrow(/lies on PostgreSQL; set DATABASE_URL/)
    const place = { dataDir: inFolder('a'), databaseUrl: undefined }
    await expect(openOperatorStore(place, { create: true })).rejects.toThrow(/set DATABASE_URL/)
  })

  it('refuses a directory that names a database which is gone', async () => {
    mkdirSync(inFolder('a'))
    writeFileSync(inFolder('a/postgres.id'), 'db_of_yesterday\n')
    await expect(serve(inFolder('a'))).rejects.toThrow(/belongs to another database/)
  })

  it('ends what the database still does for the process before it', async () => {
    await stop(await serve(inFolder('a')))
    const dead = new pg.Client({
      connectionString: database.url,
      application_name: sessionName('dead'),
    })
    const ended = new Promise((resolve) => dead.on('error', resolve))
    await dead.connect()
    await dead.query("BEGIN; INSERT INTO account VALUES ('too late', 'x', 1)")
    const operator = await openOperatorStore({ dataDir: '', databaseUrl: database.url }, { create: false })
    await serve(inFolder('a'))
    await ended
    await expect(dead.query('COMMIT')).rejects.toThrow()
    expect(await database.query('SELECT id FROM account')).toEqual([])
    // The operator's own sessions are nobody's past.
    expect(await operator.keys.keys()).toEqual([])
    await operator.close()
  })
})
