import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/postgres/database.ts'
import { int, nano, text } from '../rows.ts'
import type { Tx } from '../sql.ts'
import { openPool } from './open.ts'
import { type PostgresDb, postgresDb } from './postgres-db.ts'

let database: TestDatabase
let db: PostgresDb
const crashes: string[] = []

const openDb = async (): Promise<PostgresDb> =>
  postgresDb(await openPool({ url: database.url, applicationName: 'sheepfold test' }), {
    crash: (point) => crashes.push(point),
  })

beforeAll(async () => {
  database = await createTestDatabase()
  db = await openDb()
  await database.query('CREATE TABLE pair (id TEXT COLLATE "C" PRIMARY KEY, n BIGINT NOT NULL)')
})
afterAll(async () => {
  await db.close()
  await database.remove()
})
beforeEach(async () => {
  crashes.length = 0
  await database.query("DELETE FROM pair; INSERT INTO pair VALUES ('a', 0), ('b', 0)")
})

const add = (tx: Tx, id: string, n = 1) => tx.run('UPDATE pair SET n = n + ? WHERE id = ?', [n, id])
const numberOf = async (id: string): Promise<number> =>
  db.read(async (tx) => int((await tx.get('SELECT n FROM pair WHERE id = ?', [id])) ?? {}, 'n'))

describe('values', () => {
  it('come as bigint, whatever PostgreSQL makes of an integer', async () => {
    const row = await db.read((tx) =>
      tx.get('SELECT 1 AS small, CAST(? AS BIGINT) AS large, sum(n) AS total, count(*) AS rows FROM pair', [
        9_007_199_254_740_993n,
      ]),
    )
    expect(row).toEqual({ small: 1n, large: 9_007_199_254_740_993n, total: 0n, rows: 2n })
  })

  it('with a fraction are refused, not rounded', async () => {
    await expect(db.read((tx) => tx.get('SELECT 0.5 AS half'))).rejects.toThrow('0.5 is no integer')
    expect(await numberOf('a')).toBe(0)
  })

  it('that are bytes come back as they were', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const row = await db.read((tx) => tx.get('SELECT CAST(? AS BYTEA) AS bytes', [bytes.subarray(1, 255)]))
    expect(row?.bytes).toEqual(Buffer.from(bytes.subarray(1, 255)))
  })

  it('that are texts with a zero character find nothing, and are kept with what stands for it', async () => {
    await db.write('upkeep', (tx) => tx.run('INSERT INTO pair VALUES (?, 7)', ['x\0y']))
    const rows = await db.read((tx) => tx.all('SELECT id FROM pair WHERE id = ?', ['a\0']))
    expect(rows).toEqual([])
    expect(await numberOf('x\ufffdy')).toBe(7)
  })
})

describe('a write', () => {
  it('names its crash points, an upkeep none', async () => {
    await db.write('append', (tx) => add(tx, 'a'))
    await db.write('upkeep', (tx) => add(tx, 'a'))
    expect(crashes).toEqual(['append.before_commit', 'append.after_commit'])
    expect(await numberOf('a')).toBe(2)
  })

  it('leaves nothing behind where its work throws', async () => {
    const work = async (tx: Tx): Promise<void> => {
      await add(tx, 'a')
      throw new Error('second thoughts')
    }
    await expect(db.write('upkeep', work)).rejects.toThrow('second thoughts')
    expect(await numberOf('a')).toBe(0)
  })

  it('rejects where the work went on after a statement had failed', async () => {
    const work = async (tx: Tx): Promise<void> => {
      await add(tx, 'a')
      await tx.run("INSERT INTO pair VALUES ('a', 1)").catch(() => 0)
    }
    await expect(db.write('append', work)).rejects.toMatchObject({ name: 'StoreError', code: 'failed' })
    expect(await numberOf('a')).toBe(0)
    expect(crashes).toEqual(['append.before_commit'])
  })

  it('runs again where it met another in a circle of locks', async () => {
    const met = Promise.withResolvers<void>()
    let first = 0
    let tries = 0
    const both = (one: string, other: string) =>
      db.write('upkeep', async (tx) => {
        tries += 1
        await add(tx, one)
        first += 1
        if (first === 2) met.resolve()
        await met.promise
        await add(tx, other)
      })
    await Promise.all([both('a', 'b'), both('b', 'a')])
    expect([await numberOf('a'), await numberOf('b'), tries]).toEqual([2, 2, 3])
  })

  it('is durable when it is acknowledged, also where the server is set to be faster than that', async () => {
    const durability = await db.write('upkeep', (tx) => tx.get('SHOW synchronous_commit'))
    expect(durability?.synchronous_commit).not.toBe('off')
  })

  it('holds a named lock against others to its end', async () => {
    const order: string[] = []
    const held = Promise.withResolvers<void>()
    const slow = db.write('upkeep', async (tx) => {
      await tx.lock('one')
      held.resolve()
      order.push('slow begins')
      await tx.all('SELECT pg_sleep(0.05)')
      order.push('slow ends')
    })
    await held.promise
    await db.write('upkeep', async (tx) => {
      await tx.lock('another')
      order.push('another')
    })
    await db.write('upkeep', async (tx) => {
      await tx.lock('one')
      order.push('next')
    })
    await slow
    expect(order).toEqual(['slow begins', 'another', 'slow ends', 'next'])
  })

  it('is in doubt where its connection breaks, and the next one has another', async () => {
    const broken = db.write('upkeep', async (tx) => {
      const own = await tx.get('SELECT pg_backend_pid() AS pid')
      await database.query(`SELECT pg_terminate_backend(${nano(own ?? {}, 'pid')})`)
      await add(tx, 'a')
    })
    await expect(broken).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' })
    await db.write('upkeep', (tx) => add(tx, 'b'))
    expect([await numberOf('a'), await numberOf('b')]).toEqual([0, 1])
  })
})

describe('a read', () => {
  it('sees one moment, whatever is written meanwhile', async () => {
    const seen = await db.read(async (tx) => {
      const before = await tx.get('SELECT n FROM pair WHERE id = ?', ['a'])
      await db.write('upkeep', (other) => add(other, 'a'))
      const after = await tx.get('SELECT n FROM pair WHERE id = ?', ['a'])
      return [before?.n, after?.n]
    })
    expect(seen).toEqual([0n, 0n])
    expect(await numberOf('a')).toBe(1)
  })

  it('does not write', async () => {
    await expect(db.read((tx) => add(tx, 'a'))).rejects.toMatchObject({ name: 'StoreError' })
  })

  it('is told the time of the database in whole milliseconds', async () => {
    const [mine, theirs] = await db.read(async (tx) => {
      const row = await tx.get('SELECT CAST(extract(epoch FROM now()) AS TEXT) AS seconds')
      return [tx.now, Number(text(row ?? {}, 'seconds')) * 1000]
    })
    expect(Number.isInteger(mine)).toBe(true)
    expect(Math.abs((mine ?? 0) - (theirs ?? 0))).toBeLessThan(60_000)
  })
})

describe('a scrub', () => {
  it('waits for nobody, and nobody waits for it', async () => {
    await db.read(async (tx) => {
      await tx.get('SELECT count(*) FROM journal')
      await db.scrub()
      await db.write('upkeep', (other) => add(other, 'a'))
    })
    expect(await numberOf('a')).toBe(1)
  })
})

describe('closing', () => {
  it('ends after what was asked before, and refuses what is asked afterwards', async () => {
    const own = await openDb()
    const asked = own.write('upkeep', async (tx) => {
      await tx.all('SELECT pg_sleep(0.05)')
      return add(tx, 'a')
    })
    await own.close()
    expect(await asked).toBe(1)
    await expect(own.read(async () => 1)).rejects.toMatchObject({ name: 'StoreError', code: 'closed' })
    await own.close()
  })
})
