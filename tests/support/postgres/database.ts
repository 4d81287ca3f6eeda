import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** A database of a test's own on the server of the run. */
export interface TestDatabase {
  readonly url: string
  /** Runs statements in it, beside whatever uses it; gives the rows of the last. */
  query(text: string): Promise<Array<Record<string, unknown>>>
  /** Removes it, ending whatever still uses it. */
  remove(): Promise<void>
}

const NOT_BROUGHT = 'These tests need the PostgreSQL that the projects postgres and flows-postgres bring.'

/** The address of a database on the server that the run brings. */
export const testDatabaseUrl = (name: string): string => {
  const server = process.env.SHEEPFOLD_TEST_DATABASE_URL
  if (!server) throw new Error(process.env.SHEEPFOLD_TEST_NO_DATABASE ?? NOT_BROUGHT)
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Throws at once where there is no server. */
export const createTestDatabase = (encoding = 'UTF8'): Promise<TestDatabase> =>
  ensureDatabase(`sheepfold_test_${randomUUID().replaceAll('-', '')}`, encoding)

/** Makes it where it is not there yet. */
export const ensureDatabase = (name: string, encoding = 'UTF8'): Promise<TestDatabase> =>
  makeDatabase(testDatabaseUrl('postgres'), name, encoding)

const makeDatabase = async (server: string, name: string, encoding: string): Promise<TestDatabase> => {
  const [found] = await queryOnce(server, `SELECT 1 FROM pg_database WHERE datname = '${name}'`)
  if (!found) {
    await queryOnce(server, `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`)
  }
  const url = testDatabaseUrl(name)
  return {
    url,
    query: (text) => queryOnce(url, text),
    remove: async () => {
      await queryOnce(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** Small integers are numbers, as `node:sqlite` gives them. */
const numbers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
}

/** A connection for this question alone: what is asked seldom leaves nothing open. */
export const queryOnce = async (
  url: string,
  text: string,
  params?: readonly unknown[],
): Promise<Array<Record<string, unknown>>> => {
  const client = new pg.Client({ connectionString: url, types: numbers })
  await client.connect()
  try {
    const results: pg.QueryResult | pg.QueryResult[] = await client.query(text, params && [...params])
    return (Array.isArray(results) ? results.at(-1) : results)?.rows ?? []
  } finally {
    await client.end()
  }
}
