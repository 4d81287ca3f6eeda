import { outputFileId } from '../../batch/output-file.ts'
import { InvariantBroken } from '../errors.ts'
import { int, intOrNull, text } from '../rows.ts'
import type { SegmentPart } from '../shards.ts'
import type { Row, Tx } from '../sql.ts'

const SIZES = `
  SELECT CAST(coalesce(sum(segment_bytes), 0) AS BIGINT) AS output,
    CAST(coalesce(sum(error_segment_bytes), 0) AS BIGINT) AS error
  FROM shard WHERE batch = ?`

const INSERT = `
  INSERT INTO file (id, account, purpose, filename, state, batch, part, bytes, created_at, expires_at)
  VALUES (?, ?, 'batch_output', ?, 'ready', ?, ?, ?, ?, ?)`

/** At the end of a batch whose segments lie apart: a file for each part that is not empty. */
export const makeOutputFiles = async (tx: Tx, batch: Row): Promise<void> => {
  const id = text(batch, 'id')
  const sizes = await tx.get(SIZES, [id])
  if (!sizes) throw new InvariantBroken(`the segments of batch ${id} have no size`)
  const expiresAt = tx.now + (intOrNull(batch, 'output_ms') ?? int(batch, 'retention_ms'))
  const make = async (part: SegmentPart): Promise<void> => {
    const bytes = int(sizes, part)
    if (bytes === 0) return
    const filename = `${id}_${part}.jsonl`
    const values = [filename, id, part, bytes, tx.now, expiresAt]
    await tx.run(INSERT, [outputFileId(id, part), text(batch, 'account'), ...values])
  }
  await make('output')
  await make('error')
}
