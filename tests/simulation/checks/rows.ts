import type { DatabaseSync } from 'node:sqlite'
import { bytes, int, intOrNull, nano, text, textOrNull } from '../../../gateway/src/storage/rows.ts'
import type { Row } from '../../../gateway/src/storage/sql.ts'

/** A shard as it lies in the database between two commits. */
export interface ShardRow {
  readonly id: number
  readonly batch: string
  /** What never changes, in one text. */
  readonly fixed: string
  readonly number: number
  readonly count: number
  readonly state: string
  readonly worker: string | null
  readonly epoch: number
  readonly crashes: number
  readonly suspect: number | null
  readonly done: Uint8Array
  readonly answered: number
  readonly charge: bigint
  readonly cost: bigint
  readonly waste: bigint
  readonly segment: string | null
  readonly segmentBytes: number | null
}

export const readShard = (row: Row): ShardRow => ({
  id: int(row, 'id'),
  batch: text(row, 'batch'),
  fixed: ['account', 'number', 'model', 'endpoint', 'n', 'window_end'].map((name) => row[name]).join(' '),
  number: int(row, 'number'),
  count: int(row, 'n'),
  state: text(row, 'state'),
  worker: textOrNull(row, 'worker'),
  epoch: int(row, 'epoch'),
  crashes: int(row, 'crashes'),
  suspect: intOrNull(row, 'suspect'),
  done: bytes(row, 'done'),
  answered: int(row, 'n_ok') + int(row, 'n_err') + int(row, 'n_expired') + int(row, 'n_cancelled'),
  charge: nano(row, 'charge'),
  cost: nano(row, 'cost'),
  waste: nano(row, 'waste'),
  segment: textOrNull(row, 'segment'),
  segmentBytes: intOrNull(row, 'segment_bytes'),
})

export interface BatchRow {
  readonly id: string
  readonly account: string
  readonly order: number
  /** What never changes, in one text. */
  readonly fixed: string
  readonly model: string
  readonly sell: string
  readonly input: string
  readonly state: string
  readonly cause: string | null
  readonly outcome: string | null
  readonly windowEnd: number
  readonly endedAt: number | null
  readonly expiresAt: number | null
  readonly deletedAt: number | null
  readonly purgedAt: number | null
  readonly unanswered: number
}

export const readBatch = (row: Row, orderBefore: number | undefined): BatchRow => ({
  id: text(row, 'id'),
  account: text(row, 'account'),
  order: orderBefore ?? orderOf(text(row, 'metadata')),
  fixed: ['account', 'model', 'sell', 'hold', 'total', 'shards', 'window_end', 'retention_ms']
    .map((name) => row[name])
    .join(' '),
  model: text(row, 'model'),
  sell: text(row, 'sell'),
  input: text(row, 'blob'),
  state: text(row, 'state'),
  cause: textOrNull(row, 'cause'),
  outcome: textOrNull(row, 'outcome'),
  windowEnd: int(row, 'window_end'),
  endedAt: intOrNull(row, 'ended_at'),
  expiresAt: intOrNull(row, 'expires_at'),
  deletedAt: intOrNull(row, 'deleted_at'),
  purgedAt: intOrNull(row, 'purged_at'),
  unanswered: int(row, 'n_expired') + int(row, 'n_cancelled'),
})

/** Each order writes its number into the metadata of its batch. */
const orderOf = (metadata: string): number => {
  const parsed: unknown = JSON.parse(metadata)
  if (typeof parsed !== 'object' || parsed === null || !('order' in parsed)) {
    throw new Error(`a batch with metadata ${metadata} is nobody's`)
  }
  return Number(parsed.order)
}

export interface ChangedRows {
  readonly shards: readonly number[]
  readonly batches: readonly string[]
  readonly workers: boolean
}

/** Tells which rows have changed since it was last asked: triggers of this connection alone note them. */
export class ChangeFeed {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec('CREATE TEMP TABLE changed (name TEXT, id, UNIQUE (name, id))')
    for (const name of ['shard', 'batch', 'worker']) {
      for (const [event, row] of [
        ['INSERT', 'new'],
        ['UPDATE', 'new'],
        ['DELETE', 'old'],
      ]) {
        database.exec(
          `CREATE TEMP TRIGGER changed_${name}_${event} AFTER ${event} ON main.${name}
           BEGIN INSERT OR IGNORE INTO changed VALUES ('${name}', ${row}.id); END`,
        )
      }
    }
  }

  take(): ChangedRows {
    const rows = this.#database.prepare('SELECT name, id FROM changed').all()
    if (rows.length > 0) this.#database.exec('DELETE FROM changed')
    const named = (name: string) => rows.filter((row) => row.name === name)
    return {
      shards: named('shard').map(({ id }) => Number(id)),
      batches: named('batch').map(({ id }) => String(id)),
      workers: named('worker').length > 0,
    }
  }
}
