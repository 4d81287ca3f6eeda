import { SHARD_STATES } from '../life-names.ts'
import { int, oneOf, text } from '../rows.ts'
import type { Db, Tx } from '../sql.ts'
import type { ShardOutput } from '../tenant.ts'
import { journalFrames, placedEntries } from './journal.ts'

const FIND = `
  SELECT s.id, s.state, s.segment, s.segment_bytes FROM shard s JOIN batch b ON b.id = s.batch
  WHERE s.batch = ? AND s.number = ? AND b.account = ? AND b.deleted_at IS NULL`

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
    if (oneOf(row, 'state', SHARD_STATES) === 'sealed') {
      return { kind: 'segment', blob: text(row, 'segment'), bytes: int(row, 'segment_bytes') }
    }
    return { kind: 'lines', lines: await journalLines(tx, int(row, 'id')) }
  })

const journalLines = async (tx: Tx, shard: number): Promise<Uint8Array> => {
  const lines: Array<{ position: number; line: Uint8Array }> = []
  for (const frame of await journalFrames(tx, shard)) {
    for (const { entry } of placedEntries(frame)) lines.push({ position: entry.position, line: entry.line })
  }
  lines.sort((left, right) => left.position - right.position)
  return Buffer.concat(lines.map(({ line }) => line))
}
