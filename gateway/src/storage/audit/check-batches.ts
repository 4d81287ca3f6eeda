import type { Nano } from '../../money/nano.ts'
import { BATCH_STATES } from '../life-names.ts'
import { int, nano, oneOf, text, textOrNull } from '../rows.ts'
import { placeholders, type Row, type Tx } from '../sql.ts'
import { ledger } from '../verbs/post.ts'
import { frozenTotals, type Totals, totalsOfShards } from '../verbs/totals.ts'
import type { ReportFinding } from './finding.ts'
import { postedFor } from './posted.ts'

const PAGE = 200

const NEXT = 'SELECT * FROM batch WHERE id > ? ORDER BY id LIMIT ?'

const sealedOf = (ids: readonly unknown[]): string => `
  SELECT batch, CAST(sum(CASE WHEN state = 'sealed' THEN charge ELSE 0 END) AS BIGINT) AS charge,
    count(*) AS shards, count(CASE WHEN state <> 'sealed' THEN 1 END) AS open
  FROM shard WHERE batch IN (${placeholders(ids)}) GROUP BY batch`

/** Holds are captured and released to the last nano; what a batch froze is what its shards say. */
export const checkBatches = async (tx: Tx, report: ReportFinding): Promise<void> => {
  for (let after = ''; ; ) {
    const rows = await tx.all(NEXT, [after, PAGE])
    const last = rows.at(-1)
    if (!last) return
    await checkPage(tx, rows, report)
    after = text(last, 'id')
  }
}

const checkPage = async (tx: Tx, rows: readonly Row[], report: ReportFinding): Promise<void> => {
  const ids = rows.map((row) => text(row, 'id'))
  const posted = await postedFor(tx, 'batch', ids)
  const totals = await totalsOfShards(tx, ids)
  const sealed = new Map((await tx.all(sealedOf(ids), ids)).map((row) => [text(row, 'batch'), row]))
  for (const row of rows) {
    const id = text(row, 'id')
    const amounts = posted.get(id) ?? new Map<string, Nano>()
    checkHeld(row, { amounts, sealedCharge: chargeOf(sealed.get(id)) }, report)
    if (row.purged_at === null) checkShardsOf(row, { shards: sealed.get(id), totals: totals.get(id) }, report)
  }
}

const chargeOf = (sealed: Row | undefined): Nano => (sealed ? nano(sealed, 'charge') : 0n)

const checkHeld = (
  row: Row,
  { amounts, sealedCharge }: { amounts: ReadonlyMap<string, Nano>; sealedCharge: Nano },
  report: ReportFinding,
): void => {
  const ended = oneOf(row, 'state', BATCH_STATES) === 'ended'
  const expected = ended ? 0n : nano(row, 'hold') - sealedCharge
  const held = amounts.get(ledger.held(text(row, 'account'))) ?? 0n
  if (held !== expected) {
    report('hold_wrong', `batch ${text(row, 'id')} holds ${held} nano-USD, it should hold ${expected}`)
  }
  const revenue = amounts.get(ledger.revenue) ?? 0n
  const charged = ended ? nano(row, 'charge') : sealedCharge
  if (revenue !== charged) {
    report(
      'revenue_wrong',
      `batch ${text(row, 'id')} was charged ${charged} nano-USD, ${revenue} were posted`,
    )
  }
}

const checkShardsOf = (
  row: Row,
  { shards, totals }: { shards: Row | undefined; totals: Totals | undefined },
  report: ReportFinding,
): void => {
  const id = text(row, 'id')
  // Refused when it was made: it never had any.
  if (int(row, 'shards') === 0 && textOrNull(row, 'errors') !== null && !shards) return
  if (!shards || !totals || int(shards, 'shards') !== int(row, 'shards')) {
    report('shards_missing', `batch ${id} has ${int(row, 'shards')} shards, not all of them are there`)
    return
  }
  if (totals.counts.total !== int(row, 'total')) {
    report('total_wrong', `batch ${id} has ${int(row, 'total')} requests, its shards ${totals.counts.total}`)
  }
  if (row.state !== 'ended') return
  if (int(shards, 'open') > 0)
    report('ended_early', `batch ${id} has ended with ${int(shards, 'open')} open shards`)
  const frozen = frozenTotals(row)
  if (fingerprint(frozen) !== fingerprint(totals)) {
    report('frozen_wrong', `batch ${id} froze ${fingerprint(frozen)}, its shards say ${fingerprint(totals)}`)
  }
}

/** All but waste, which may still grow after the end, and latency. */
const fingerprint = ({ waste: _waste, latency: _latency, ...totals }: Totals): string =>
  JSON.stringify(totals, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
