import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnswerEntry, encodeFrame } from '../../batch/answer-frame.ts'
import { createMemoryBlobs } from '../blobs/memory.ts'
import { answer, closedAfterEach, createStage, HOLD, unanswered } from '../contract/stage.fixture.ts'
import { usageRow } from '../contract/usage.contract.ts'
import type { AuditStore } from '../operator.ts'
import { openSqliteDirect } from '../sqlite/direct.ts'
import { tempFolder } from '../sqlite/sqlite-store.fixture.ts'

/** The ids of the shards below: two of the batch `done`, one of the batch `running`. */
const DONE = 1
const RUNNING = 3

const HOUR_MS = 3_600_000
const FREE = { charge: 0n, listCharge: 0n, cost: 0n, waste: 0n }

interface Books {
  readonly audit: AuditStore
  findings(): Promise<string[]>
  /** Changes rows behind the store's back. */
  tamper(sql: string, ...params: Uint8Array[]): void
}

const closed = closedAfterEach()
const folder = tempFolder()
const written = join(folder.path, 'written.db')
let now = 1_000_000
const openPath = (path: string) => openSqliteDirect({ path, now: () => now, blobs: createMemoryBlobs() })

/** A batch that has ended, with waste after its seal, one that runs, one that was purged; usage of two hours. */
beforeAll(async () => {
  const ports = openPath(written)
  const stage = createStage({ ports, blobs: createMemoryBlobs(), advance: () => {}, close: ports.close })
  await stage.run({ id: 'done', counts: [2, 1] })
  await stage.append('late', DONE, [answer(0)])
  await stage.accept({ id: 'running', counts: [3] })
  const { id } = await stage.claimOne('w')
  await stage.append('w', id, [answer(0), unanswered(1, 'failed')], 5n)
  await stage.run({ id: 'purged', counts: [1] })
  await stage.tenant().remove('purged')
  await stage.engine.purged('purged')
  await stage.engine.recordUsage({
    recorder: 'r',
    number: 1,
    rows: [usageRow(), usageRow({ model: 'free', ...FREE })],
  })
  now += HOUR_MS
  await stage.engine.recordUsage({ recorder: 'r', number: 2, rows: [usageRow({ account: 'free', ...FREE })] })
  now += HOUR_MS
  await stage.engine.postUsage(10)
  await stage.engine.recordUsage({ recorder: 'r', number: 3, rows: [usageRow()] })
  await stage.close()
})

afterAll(folder.remove)

/** A copy of those books for one test. */
const openBooks = (): Books => {
  const path = join(folder.path, 'tampered.db')
  copyFileSync(written, path)
  const { audit } = closed(openPath(path))
  return {
    audit,
    findings: async () => (await audit.audit()).findings.map(({ code }) => code),
    tamper(sql, ...params) {
      const database = new DatabaseSync(path)
      const { changes } = database.prepare(sql).run(...params)
      database.close()
      expect(changes, sql).toBeGreaterThan(0)
    },
  }
}

const POSTED = "posting > 0 AND model = 'gpt-4.1'"

const frameOf = (entry: AnswerEntry): Uint8Array => encodeFrame([entry])
const INSERT_JOURNAL = 'INSERT INTO journal (shard, seq, frame)'

/** One change behind the store's back, and what the audit calls it. */
const TAMPERED: ReadonlyArray<[code: string, sql: string, ...params: Uint8Array[]]> = [
  ['posting_unbalanced', "UPDATE entry SET amount = amount + 1 WHERE account = 'revenue'"],
  ['entry_without_posting', `DELETE FROM posting WHERE source = 'shard:${DONE}'`],
  ['hold_wrong', "UPDATE batch SET hold = hold + 1 WHERE id = 'running'"],
  ['hold_wrong', "DELETE FROM entry WHERE account LIKE '%:held'"],
  ['revenue_wrong', "UPDATE batch SET charge = charge + 1 WHERE id = 'done'"],
  ['revenue_wrong', "UPDATE batch SET charge = charge - 1 WHERE id = 'purged'"],
  ['shards_missing', `DELETE FROM shard WHERE id = ${DONE}`],
  ['shards_missing', "DELETE FROM shard WHERE batch = 'running'"],
  ['total_wrong', "UPDATE batch SET total = total + 1 WHERE id = 'running'"],
  [
    'ended_early',
    `UPDATE shard SET state = 'waiting', segment = NULL, segment_bytes = NULL WHERE id = ${DONE}`,
  ],
  ['frozen_wrong', "UPDATE batch SET prompt_tokens = prompt_tokens - 1 WHERE id = 'done'"],
  ['posting_wrong', `UPDATE shard SET cost = cost + 1 WHERE id = ${DONE}`],
  ['posting_wrong', `UPDATE shard SET waste = 0 WHERE id = ${DONE}`],
  ['counts_wrong', `UPDATE shard SET n_err = n_err + 1 WHERE id = ${RUNNING}`],
  ['sealed_early', `UPDATE shard SET done = x'01' WHERE id = ${DONE}`],
  ['journal_left', `${INSERT_JOURNAL} VALUES (${DONE}, 1, ?)`, frameOf(answer(0))],
  ['journal_wrong', `UPDATE shard SET tail = x'' WHERE id = ${RUNNING}`],
  ['journal_wrong', `UPDATE shard SET journal_bytes = 0 WHERE id = ${RUNNING}`],
  ['journal_damaged', `UPDATE shard SET tail = substr(tail, 1, length(tail) - 1) WHERE id = ${RUNNING}`],
  ['accrual_wrong', `UPDATE shard SET completion_tokens = 0 WHERE id = ${RUNNING}`],
  ['answered_twice', `${INSERT_JOURNAL} SELECT id, 1, tail FROM shard WHERE id = ${RUNNING}`],
  ['answer_unmarked', `UPDATE shard SET done = x'00' WHERE id = ${RUNNING}`],
  ['usage_wrong', `UPDATE usage_minute SET charge = charge + 1 WHERE ${POSTED}`],
  ['usage_wrong', `UPDATE usage_minute SET cost = cost - 1 WHERE ${POSTED}`],
  ['usage_wrong', `UPDATE usage_minute SET waste = 0 WHERE ${POSTED}`],
  ['usage_wrong', `UPDATE usage_minute SET account = 'stranger' WHERE ${POSTED}`],
  ['usage_wrong', `UPDATE usage_minute SET posting = posting + 100 WHERE ${POSTED}`],
  ['usage_wrong', 'UPDATE usage_minute SET cost = 1 WHERE posting = 0'],
  ['usage_wrong', "DELETE FROM posting WHERE source LIKE 'usage:%'"],
  ['usage_missing', 'UPDATE usage_minute SET posting = NULL WHERE posting > 0'],
  ['usage_missing', 'DELETE FROM usage_minute WHERE posting > 0'],
  ['spend_wrong', 'UPDATE usage_minute SET charge = charge + 1 WHERE posting IS NULL'],
  ['spend_wrong', 'UPDATE key_spend SET charge = charge - 1'],
  ['spend_wrong', 'DELETE FROM key_spend'],
  [
    'failure_charged',
    `${INSERT_JOURNAL} VALUES (${RUNNING}, 1, ?)`,
    frameOf({ ...unanswered(2, 'cancelled'), charge: 1n }),
  ],
]

describe('the audit', () => {
  it('finds nothing in good books, and counts what it read', async () => {
    const books = openBooks()
    const report = await books.audit.audit()
    expect(report.findings).toEqual([])
    expect(report).toMatchObject({ shards: 3, answers: 5 })
    expect(report.postings).toBeGreaterThan(0)
    expect(report.balances.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n)
    expect(report.balances).toContainEqual({ account: 'account:acme:held', currency: 'USD', amount: HOLD })
  })

  it.each(TAMPERED)('finds %s after: %s', async (code, sql, ...params) => {
    const books = openBooks()
    books.tamper(sql, ...params)
    expect(await books.findings()).toContain(code)
  })

  it('has no finding that is not provoked above', () => {
    const sources = readdirSync(import.meta.dirname).filter((name) => !name.includes('.test.'))
    const codes = sources.flatMap((name) => {
      const text = readFileSync(join(import.meta.dirname, name), 'utf8')
      return [...text.matchAll(/report\(\s*'([a-z_]+)'/g)].map(([, code]) => code)
    })
    expect(new Set(TAMPERED.map(([code]) => code))).toEqual(new Set(codes))
  })

  it('names the row and both figures', async () => {
    const books = openBooks()
    books.tamper("UPDATE batch SET hold = hold + 1 WHERE id = 'running'")
    const { findings } = await books.audit.audit()
    expect(findings).toEqual([
      { code: 'hold_wrong', message: 'batch running holds 1000 nano-USD, it should hold 1001' },
    ])
  })
})
