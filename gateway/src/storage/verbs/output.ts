import { hasBit } from '../../batch/done-bits.ts'
import { SHARD_STATES } from '../life-names.ts'
import { bytes, bytesOrNull, int, intOrNull, oneOf, text, textOrNull } from '../rows.ts'
import type { SegmentPart, SegmentPiece } from '../shards.ts'
import type { Db, Row, Tx } from '../sql.ts'
import type { FinishedLines, SealedBytes, SealedShard, ShardOutput } from '../tenant.ts'
import { journalFrames, placedEntries } from './journal.ts'

const FIND = `
  SELECT s.id, s.state, s.n, s.segment, s.segment_bytes, s.error_segment, s.error_segment_bytes, s.kinds, s.retry_of, s.retried
  FROM shard s JOIN batch b ON b.id = s.batch
  WHERE s.batch = ? AND s.number = ? AND b.account = ? AND b.deleted_at IS NULL`

const INDEX = `
  SELECT i.entries FROM shard s JOIN batch b ON b.id = s.batch JOIN shard_input i ON i.shard = s.id
  WHERE s.batch = ? AND s.number = ? AND b.account = ? AND b.deleted_at IS NULL`

const PREFIX = `
  SELECT s.segment, s.segment_bytes, s.error_segment, s.error_segment_bytes FROM shard s JOIN batch b ON b.id = s.batch
  WHERE s.batch = ? AND b.account = ? AND b.deleted_at IS NULL AND s.state = 'sealed'
    AND NOT EXISTS (SELECT 1 FROM shard p WHERE p.batch = s.batch AND p.number < s.number AND p.state <> 'sealed')
  ORDER BY s.number`

const SEALED = `
  SELECT s.number, s.segment_bytes AS output, coalesce(s.error_segment_bytes, 0) AS error
  FROM shard s JOIN batch b ON b.id = s.batch
  WHERE s.batch = ? AND b.account = ? AND b.deleted_at IS NULL AND s.state = 'sealed'
  ORDER BY s.number`

/** What a shard has to show, at one moment: its segment, or the lines that its journal holds. */
export const output = (
  db: Db,
  account: string,
  batch: string,
  shard: number,
): Promise<ShardOutput | undefined> =>
  db.read(async (tx) => {
    const row = await tx.get(FIND, [batch, shard, account])
    if (!row) return undefined
    if (isSealed(row)) return sealedOf(row)
    const lines = await journalLines(tx, int(row, 'id'))
    lines.sort((left, right) => left.position - right.position)
    return { kind: 'lines', lines: joined(lines) }
  })

/** Undefined where the shard is sealed, or not there. */
export const finished = (
  db: Db,
  account: string,
  { batch, shard, delivered }: { batch: string; shard: number; delivered: Uint8Array },
): Promise<FinishedLines | undefined> =>
  db.read(async (tx) => {
    const row = await tx.get(FIND, [batch, shard, account])
    if (!row || isSealed(row)) return undefined
    const lines = (await journalLines(tx, int(row, 'id'))).filter(
      ({ position }) => !hasBit(delivered, position),
    )
    return {
      lines: joined(lines),
      positions: lines.map(({ position }) => position),
      count: int(row, 'n'),
    }
  })

export const index = (
  db: Db,
  account: string,
  batch: string,
  shard: number,
): Promise<Uint8Array | undefined> =>
  db.read(async (tx) => {
    const row = await tx.get(INDEX, [batch, shard, account])
    return row && bytes(row, 'entries')
  })

export const sealedPrefix = (
  db: Db,
  account: string,
  batch: string,
  part: SegmentPart,
): Promise<SegmentPiece[]> =>
  db.read(async (tx) => {
    const rows = await tx.all(PREFIX, [batch, account])
    return rows.flatMap((row) =>
      part === 'output'
        ? { blob: text(row, 'segment'), bytes: int(row, 'segment_bytes') }
        : (errorsOf(row) ?? []),
    )
  })

export const sealedShards = (
  db: Db,
  account: string,
  batch: string,
  part: SegmentPart,
): Promise<SealedBytes[]> =>
  db.read(async (tx) => {
    const rows = await tx.all(SEALED, [batch, account])
    return rows.map((row) => ({ number: int(row, 'number'), bytes: int(row, part) }))
  })

const isSealed = (row: Row): boolean => oneOf(row, 'state', SHARD_STATES) === 'sealed'

const sealedOf = (row: Row): SealedShard => ({
  kind: 'segment',
  blob: text(row, 'segment'),
  bytes: int(row, 'segment_bytes'),
  errors: errorsOf(row),
  kinds: bytesOrNull(row, 'kinds'),
  count: int(row, 'n'),
  id: int(row, 'id'),
  retry: retryOf(row),
})

const retryOf = (row: Row): SealedShard['retry'] => {
  const shard = intOrNull(row, 'retry_of')
  return shard === null ? null : { shard, positions: bytes(row, 'retried') }
}

const errorsOf = (row: Row): SegmentPiece | null => {
  const blob = textOrNull(row, 'error_segment')
  return blob === null ? null : { blob, bytes: int(row, 'error_segment_bytes') }
}

interface PlacedLine {
  readonly position: number
  readonly line: Uint8Array
}

/** In the order in which they were recorded. */
const journalLines = async (tx: Tx, shard: number): Promise<PlacedLine[]> => {
  const lines: PlacedLine[] = []
  for (const frame of await journalFrames(tx, shard)) {
    for (const { entry } of placedEntries(frame)) lines.push({ position: entry.position, line: entry.line })
  }
  return lines
}

const joined = (lines: readonly PlacedLine[]): Uint8Array => Buffer.concat(lines.map(({ line }) => line))
