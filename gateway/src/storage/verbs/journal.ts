import { type AnswerEntry, entryBytes, readFrame } from '../../batch/answer-frame.ts'
import { InvariantBroken } from '../errors.ts'
import { bytes, int } from '../rows.ts'
import type { Tx } from '../sql.ts'

/**
 * The journal of a shard: rows of `journal` in the order of `seq`, then the tail on the shard's own row. A
 * group that is small joins the tail; once that is large, it becomes a row. So at any rate one append
 * writes one row or two, and the rows of a shard stay few.
 */
const TAIL_BYTES_MAX = 65_536

const INSERT = `
  INSERT INTO journal (shard, seq, frame)
  SELECT ?, coalesce(max(seq), 0) + 1, ? FROM journal WHERE shard = ?`
const READ = 'SELECT seq, frame FROM journal WHERE shard = ? ORDER BY seq'
const SEQS = 'SELECT seq FROM journal WHERE shard = ? ORDER BY seq'
const READ_ONE = 'SELECT frame FROM journal WHERE shard = ? AND seq = ?'
const READ_TAIL = 'SELECT tail FROM shard WHERE id = ?'

/** The seq of the tail, which is not a row yet. */
const TAIL_SEQ = 0

/** Stores entries; returns the tail that the caller writes on the shard's row. */
export const extendJournal = async (
  tx: Tx,
  { shard, tail, frame }: { shard: number; tail: Uint8Array; frame: Uint8Array },
): Promise<Uint8Array> => {
  const grown = tail.length === 0 ? frame : Buffer.concat([tail, frame])
  if (grown.length < TAIL_BYTES_MAX) return grown
  await tx.run(INSERT, [shard, grown, shard])
  return new Uint8Array(0)
}

/** All frames of a shard, oldest first. */
export const journalFrames = async (tx: Tx, shard: number): Promise<Uint8Array[]> => {
  const rows = await tx.all(READ, [shard])
  const tail = await tx.get(READ_TAIL, [shard])
  const frames = rows.map((row) => bytes(row, 'frame'))
  return tail ? [...frames, bytes(tail, 'tail')] : frames
}

/** Which frames there are, to read one at a time. */
export const journalSeqs = async (tx: Tx, shard: number): Promise<number[]> => {
  const rows = await tx.all(SEQS, [shard])
  return [...rows.map((row) => int(row, 'seq')), TAIL_SEQ]
}

export const journalFrame = async (tx: Tx, shard: number, seq: number): Promise<Uint8Array | undefined> => {
  if (seq === TAIL_SEQ) {
    const row = await tx.get(READ_TAIL, [shard])
    return row && bytes(row, 'tail')
  }
  const row = await tx.get(READ_ONE, [shard, seq])
  return row && bytes(row, 'frame')
}

export interface PlacedEntry {
  readonly entry: AnswerEntry
  readonly start: number
  readonly end: number
}

/** The entries of a frame with the bytes that each takes in it. */
export function* placedEntries(frame: Uint8Array): Generator<PlacedEntry> {
  let start = 0
  try {
    for (const entry of readFrame(frame)) {
      const end = start + entryBytes(entry)
      yield { entry, start, end }
      start = end
    }
  } catch (error) {
    // A seal that is tried again would find it damaged for ever.
    throw new InvariantBroken(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
