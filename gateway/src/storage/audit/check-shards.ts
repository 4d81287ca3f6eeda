import type { AnswerEntry } from '../../batch/answer-frame.ts'
import { countBits, hasBit } from '../../batch/done-bits.ts'
import type { Nano } from '../../money/nano.ts'
import { InvariantBroken } from '../errors.ts'
import { SHARD_STATES } from '../life-names.ts'
import { bytes, int, nano, oneOf, text } from '../rows.ts'
import type { Row, Tx } from '../sql.ts'
import { ACCRUAL_COLUMNS, accrue, emptyAccrual } from '../verbs/accrual.ts'
import { journalFrame, journalSeqs, type PlacedEntry, placedEntries } from '../verbs/journal.ts'
import { ledger } from '../verbs/post.ts'
import type { ReportFinding } from './finding.ts'
import { checkSale, postedFor } from './posted.ts'

const PAGE = 200

const NEXT = 'SELECT * FROM shard WHERE id > ? ORDER BY id LIMIT ?'

/** Each recorded answer is counted once and charged once, and the ledger holds what the shards accrued. */
export const checkShards = async (
  tx: Tx,
  report: ReportFinding,
): Promise<{ shards: number; answers: number }> => {
  let shards = 0
  let answers = 0
  for (let after = 0; ; ) {
    const rows = await tx.all(NEXT, [after, PAGE])
    const last = rows.at(-1)
    if (!last) return { shards, answers }
    const posted = await postedFor(
      tx,
      'shard',
      rows.map((row) => int(row, 'id')),
    )
    for (const row of rows) {
      shards += 1
      answers += countBits(bytes(row, 'done'))
      checkPosted(row, posted.get(String(int(row, 'id'))) ?? new Map(), report)
      checkBits(row, report)
      await checkJournal(tx, row, report)
    }
    after = int(last, 'id')
  }
}

const isSealed = (row: Row): boolean => oneOf(row, 'state', SHARD_STATES) === 'sealed'

const checkPosted = (row: Row, amounts: ReadonlyMap<string, Nano>, report: ReportFinding): void => {
  const share = isSealed(row) ? 1n : 0n
  const sums = {
    charge: nano(row, 'charge') * share,
    cost: nano(row, 'cost') * share,
    waste: nano(row, 'waste') * share,
  }
  const sale = { what: `shard ${int(row, 'id')}`, from: ledger.held(text(row, 'account')), sums }
  checkSale(amounts, sale, (message) => report('posting_wrong', message))
}

const checkBits = (row: Row, report: ReportFinding): void => {
  const done = countBits(bytes(row, 'done'))
  const counted = int(row, 'n_ok') + int(row, 'n_err') + int(row, 'n_expired') + int(row, 'n_cancelled')
  if (done !== counted) {
    report('counts_wrong', `shard ${int(row, 'id')} has ${done} answers, its counters say ${counted}`)
  }
  if (isSealed(row) && done !== int(row, 'n')) {
    report('sealed_early', `shard ${int(row, 'id')} is sealed with ${done} of ${int(row, 'n')} answers`)
  }
}

const checkJournal = async (tx: Tx, row: Row, report: ReportFinding): Promise<void> => {
  const id = int(row, 'id')
  const done = bytes(row, 'done')
  const sum = emptyAccrual()
  const seen = new Set<number>()
  let journalBytes = 0
  for (const seq of await journalSeqs(tx, id)) {
    const frame = (await journalFrame(tx, id, seq)) ?? new Uint8Array(0)
    journalBytes += frame.length
    for (const { entry } of soundEntries(id, frame, report)) {
      checkEntry(id, entry, { done, seen }, report)
      seen.add(entry.position)
      accrue(sum, entry)
    }
  }
  if (isSealed(row)) {
    if (journalBytes > 0)
      report('journal_left', `shard ${id} is sealed and has ${journalBytes} bytes of journal`)
    return
  }
  if (seen.size !== countBits(done) || journalBytes !== int(row, 'journal_bytes')) {
    report(
      'journal_wrong',
      `the journal of shard ${id} answers ${seen.size} requests in ${journalBytes} bytes`,
    )
  }
  for (const column of ACCRUAL_COLUMNS) {
    if (BigInt(sum[column]) !== nano(row, column)) {
      report(
        'accrual_wrong',
        `shard ${id} accrued ${nano(row, column)} of ${column}, its journal says ${sum[column]}`,
      )
    }
  }
}

/** The entries up to where a frame is damaged: the rest of the store is still worth reading. */
function* soundEntries(shard: number, frame: Uint8Array, report: ReportFinding): Generator<PlacedEntry> {
  try {
    yield* placedEntries(frame)
  } catch (error) {
    if (!(error instanceof InvariantBroken)) throw error
    report('journal_damaged', `the journal of shard ${shard} cannot be read: ${error.message}`)
  }
}

const checkEntry = (
  shard: number,
  entry: AnswerEntry,
  { done, seen }: { done: Uint8Array; seen: ReadonlySet<number> },
  report: ReportFinding,
): void => {
  const where = `request ${entry.position} of shard ${shard}`
  if (seen.has(entry.position)) report('answered_twice', `${where} has more than one answer`)
  if (!hasBit(done, entry.position)) report('answer_unmarked', `${where} has an answer and no mark`)
  if (entry.kind !== 'succeeded' && entry.charge !== 0n) {
    report('failure_charged', `${where} is ${entry.kind} and was charged ${entry.charge}`)
  }
}
