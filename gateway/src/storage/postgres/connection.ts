import type { PoolClient, QueryResult } from 'pg'
import { InvariantBroken } from '../errors.ts'
import type { Row, SqlValue } from '../sql.ts'
import { numberPlaceholders } from './placeholders.ts'
import { describePostgresError } from './postgres-errors.ts'
import { bindable } from './values.ts'

/** One text with its places numbered, under the name that it is prepared by on each connection. */
interface Statement {
  readonly text: string
  readonly name: string
}

/**
 * Prepared statements stay on every connection for as long as it lives. Texts with a list in them come in
 * hundreds of lengths, so only this many are kept, and the rest is planned each time.
 */
const STATEMENTS_MAX = 300

/** The statements of all connections of one store. */
export const createStatements = (): ((text: string) => { text: string; name?: string }) => {
  const known = new Map<string, Statement>()
  return (text) => {
    const statement = known.get(text)
    if (statement) return statement
    const numbered = numberPlaceholders(text)
    if (known.size >= STATEMENTS_MAX) return { text: numbered }
    const made = { text: numbered, name: `sheepfold_${known.size}` }
    known.set(text, made)
    return made
  }
}

/**
 * How long one statement may take before its connection is given up: a server that vanished
 * without a word would hold the answers in flight for as long as TCP believes in it, a quarter of an hour.
 * Long enough for a purge of the largest batch.
 */
const ANSWER_MS_MAX = 120_000

type Statements = ReturnType<typeof createStatements>

/** One connection for the length of a transaction; its errors have the store's names. */
export class Connection {
  readonly #client: PoolClient
  readonly #statements: Statements
  readonly #guard: { query_timeout?: number }

  constructor(
    client: PoolClient,
    { statements, mayTakeLong }: { statements: Statements; mayTakeLong: boolean },
  ) {
    this.#client = client
    this.#statements = statements
    this.#guard = mayTakeLong ? {} : { query_timeout: ANSWER_MS_MAX }
  }

  run(text: string, params: readonly SqlValue[]): Promise<QueryResult<Row>> {
    return this.#send({ ...this.#statements(text), values: params.map(bindable) })
  }

  /** Several statements in one message; gives what the last one found. */
  async script(text: string): Promise<QueryResult<Row>> {
    const results: QueryResult<Row> | Array<QueryResult<Row>> = await this.#send({ text })
    return Array.isArray(results) ? results.at(-1) : results
  }

  async #send(query: { text: string; name?: string; values?: SqlValue[] }): Promise<QueryResult<Row>> {
    try {
      return await this.#client.query<Row>({ ...query, ...this.#guard })
    } catch (error) {
      if (error instanceof InvariantBroken) throw error
      throw describePostgresError(error, 'the store refused a statement')
    }
  }

  /** Gives the connection back; one that is no longer to be trusted is closed. */
  release({ destroy }: { destroy: boolean }): void {
    this.#client.release(destroy)
  }
}
