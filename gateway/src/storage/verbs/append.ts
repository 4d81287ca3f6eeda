import type { AnswerEntry } from '../../batch/answer-frame.ts'
import { countBits, hasBit, setBit } from '../../batch/done-bits.ts'
import type { Nano } from '../../money/nano.ts'
import type { AppendGroup, AppendPart, AppendReceipt } from '../engine.ts'
import { InvariantBroken } from '../errors.ts'
import { SHARD_STATES } from '../life-names.ts'
import { bytes, int, oneOf, text } from '../rows.ts'
import type { Db, Row, Tx } from '../sql.ts'
import { ACCRUAL_COLUMNS, type Accrual, accrualValues, accrue, emptyAccrual } from './accrual.ts'
import { extendJournal, placedEntries } from './journal.ts'
import { postOnce, wasteEntries } from './post.ts'

const LOCK = 'SELECT id, batch, n, state, append_ids, done, tail FROM shard WHERE id = ?'

const TAKE = `
  UPDATE shard SET append_ids = ?, done = ?, tail = ?, journal_bytes = journal_bytes + ?, waste = waste + ?,
    answered_at = ?,
    ${ACCRUAL_COLUMNS.map((column) => `${column} = ${column} + ?`).join(', ')}
  WHERE id = ?`

const PURGED = 'SELECT append_ids FROM purged_shard WHERE id = ?'

const WASTE_ONLY = 'UPDATE shard SET append_ids = ?, waste = waste + ? WHERE id = ?'

/** Who appends: the worker's incarnation, and the number of its group. */
interface AppendId {
  readonly worker: string
  readonly number: number
}

/**
 * T3: makes a group of answers durable. The first answer to a request wins, whoever brings it: the epoch is
 * not asked for, because an answer that was paid for is a fact even where its bearer lost the shard. The
 * cost of a second answer goes to waste. Shards are locked in the order of their ids, so that two groups
 * never wait for each other in a circle.
 */
export const append = (db: Db, group: AppendGroup): Promise<AppendReceipt[]> =>
  db.write('append', async (tx) => {
    const parts = group.parts.toSorted((left, right) => left.shard - right.shard)
    checkDistinct(parts)
    const receipts: AppendReceipt[] = []
    for (const part of parts) receipts.push(await appendPart(tx, group, part))
    return receipts
  })

/** A second part for a shard would look like a repetition of the first, and its answers would be lost. */
const checkDistinct = (parts: readonly AppendPart[]): void => {
  if (new Set(parts.map((part) => part.shard)).size < parts.length) {
    throw new InvariantBroken('an append names a shard twice')
  }
}

const appendPart = async (tx: Tx, id: AppendId, part: AppendPart): Promise<AppendReceipt> => {
  const row = await tx.get(LOCK + tx.traits.lockRow, [part.shard])
  if (!row) return appendToGone(tx, id, part)
  const count = int(row, 'n')
  const done = bytes(row, 'done')
  const ids = parseIds(text(row, 'append_ids'))
  if ((ids[id.worker] ?? -1) >= id.number) {
    return {
      shard: part.shard,
      kind: 'repeated',
      taken: 0,
      duplicates: 0,
      remaining: count - countBits(done),
    }
  }
  const masked = mask(part, done, count)
  const target = { ...masked, row, part, id, appendIds: JSON.stringify({ ...ids, [id.worker]: id.number }) }
  await (masked.taken === 0 ? recordWaste(tx, target) : recordTaken(tx, target))
  return {
    shard: part.shard,
    kind: 'taken',
    taken: masked.taken,
    duplicates: masked.duplicates,
    remaining: count - countBits(masked.done),
  }
}

interface Masked {
  /** The entries for requests that had no answer yet. */
  readonly frame: Uint8Array
  readonly done: Uint8Array
  readonly taken: number
  readonly duplicates: number
  readonly accrual: Accrual
  readonly waste: Nano
}

interface AppendTarget extends Masked {
  readonly row: Row
  readonly part: AppendPart
  readonly id: AppendId
  readonly appendIds: string
}

const mask = (part: AppendPart, doneBefore: Uint8Array, count: number): Masked => {
  const done = Uint8Array.from(doneBefore)
  const accrual = emptyAccrual()
  const kept: Uint8Array[] = []
  let duplicates = 0
  let waste = part.waste
  for (const { entry, start, end } of placedEntries(part.frame)) {
    checkEntry(entry, part.shard, count)
    if (hasBit(done, entry.position)) {
      duplicates += 1
      waste += entry.cost
    } else {
      setBit(done, entry.position)
      accrue(accrual, entry)
      kept.push(part.frame.subarray(start, end))
    }
  }
  const frame = duplicates === 0 ? part.frame : Buffer.concat(kept)
  return { frame, done, taken: kept.length, duplicates, accrual, waste }
}

const checkEntry = (entry: AnswerEntry, shard: number, count: number): void => {
  if (entry.position >= count) {
    throw new InvariantBroken(`an answer to request ${entry.position} of shard ${shard}, which has ${count}`)
  }
  if (entry.line.at(-1) !== 0x0a) {
    throw new InvariantBroken(`the line of request ${entry.position} of shard ${shard} has no end`)
  }
}

const recordTaken = async (tx: Tx, { row, part, frame, ...target }: AppendTarget): Promise<void> => {
  if (oneOf(row, 'state', SHARD_STATES) === 'sealed') {
    throw new InvariantBroken(`shard ${part.shard} was sealed while a request had no answer`)
  }
  const tail = await extendJournal(tx, { shard: part.shard, tail: bytes(row, 'tail'), frame })
  await tx.run(TAKE, [
    target.appendIds,
    target.done,
    tail,
    frame.length,
    target.waste,
    countBits(target.done) === int(row, 'n') ? tx.now : null,
    ...accrualValues(target.accrual),
    part.shard,
  ])
}

/** The seal posts what a shard wasted before; what comes later has a posting of its own. */
const recordWaste = async (tx: Tx, { row, part, id, appendIds, waste }: AppendTarget): Promise<void> => {
  await tx.run(WASTE_ONLY, [appendIds, waste, part.shard])
  if (oneOf(row, 'state', SHARD_STATES) === 'sealed') {
    await postWaste(tx, { id, shard: part.shard, batch: text(row, 'batch'), waste })
  }
}

/** The shard went with its batch. What the answers cost is booked all the same, unless they came before that. */
const appendToGone = async (tx: Tx, id: AppendId, part: AppendPart): Promise<AppendReceipt> => {
  let waste = part.waste
  let duplicates = 0
  for (const { entry } of placedEntries(part.frame)) {
    waste += entry.cost
    duplicates += 1
  }
  if (!(await cameBefore(tx, id, part))) await postWaste(tx, { id, shard: part.shard, batch: null, waste })
  return { shard: part.shard, kind: 'gone', taken: 0, duplicates, remaining: 0 }
}

const cameBefore = async (tx: Tx, { worker, number }: AppendId, { shard }: AppendPart): Promise<boolean> => {
  const row = await tx.get(PURGED, [shard])
  return row !== undefined && (parseIds(text(row, 'append_ids'))[worker] ?? -1) >= number
}

const postWaste = async (
  tx: Tx,
  { id, shard, batch, waste }: { id: AppendId; shard: number; batch: string | null; waste: Nano },
): Promise<void> => {
  await postOnce(tx, {
    source: `waste:${id.worker}:${id.number}:${shard}`,
    batch,
    shard,
    entries: wasteEntries(waste),
  })
}

const parseIds = (encoded: string): Record<string, number> => {
  const ids: unknown = JSON.parse(encoded)
  if (typeof ids !== 'object' || ids === null) throw new InvariantBroken(`append ids are ${encoded}`)
  return Object.fromEntries(Object.entries(ids).map(([worker, number]) => [worker, Number(number)]))
}
