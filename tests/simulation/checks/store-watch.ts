import type { DatabaseSync } from 'node:sqlite'
import type { AuditStore } from '../../../gateway/src/storage/operator.ts'
import { bytes, int, text } from '../../../gateway/src/storage/rows.ts'
import type { WriteName } from '../../../gateway/src/storage/sql.ts'
import type { Logbook } from '../logbook.ts'
import type { Commit } from '../shared-store.ts'
import { nameOf } from '../truth.ts'
import type { AnswerChecks } from './answers.ts'
import { checkBatchEdge } from './batch-edges.ts'
import { type Committed, describe } from './committed.ts'
import type { LedgerOfAppends } from './ledger-of-appends.ts'
import type { Places } from './places.ts'
import { type BatchRow, ChangeFeed, readBatch, readShard, type ShardRow } from './rows.ts'
import { checkShardEdge } from './shard-edges.ts'
import type { Suspicions } from './suspicions.ts'

/** The audit reads the whole store: after each posting, and now and then besides. */
const MOVES_MONEY: ReadonlySet<WriteName> = new Set(['accept', 'seal', 'purge'])
const AUDIT_EVERY = 10

const OWED_IN_BOOKS = `
  SELECT coalesce((SELECT -sum(amount) FROM entry WHERE account = 'payable:provider'), 0) +
    coalesce((SELECT sum(cost + waste) FROM shard WHERE state <> 'sealed'), 0) AS owed`

interface StoreWatchOrder {
  readonly database: DatabaseSync
  readonly now: () => number
  readonly audit: AuditStore
  readonly logbook: Logbook
  readonly places: Places
  readonly answers: AnswerChecks
  readonly suspicions: Suspicions
  readonly appends: LedgerOfAppends
}

/** Looks at the database after every commit, before anybody hears of it, and compares it with the last look. */
export class StoreWatch {
  readonly shards = new Map<number, ShardRow>()
  readonly batches = new Map<string, BatchRow>()
  readonly batchOfOrder = new Map<number, string>()
  #workers = new Map<string, number>()
  #commits = 0
  readonly #feed: ChangeFeed
  readonly #order: StoreWatchOrder

  constructor(order: StoreWatchOrder) {
    this.#order = order
    this.#feed = new ChangeFeed(order.database)
  }

  async committed({ name, process, verb }: Commit): Promise<void> {
    const { now, appends } = this.#order
    const committed: Committed = { verb, process, now: now(), workersBefore: this.#workers }
    if (verb?.name === 'append') appends.committed(verb.group)
    const changed = this.#feed.take()
    if (changed.workers) this.#workers = this.#readWorkers()
    for (const id of changed.batches) this.#see(id)
    for (const id of changed.shards) await this.#checkShard(id, committed)
    for (const id of changed.batches) this.#checkBatch(id, committed)
    if (changed.workers || changed.shards.length > 0) this.#checkOwners(committed)
    this.#commits += 1
    if (MOVES_MONEY.has(name) || this.#commits % AUDIT_EVERY === 0) await this.checkBooks(describe(committed))
  }

  shardsOf(batch: string): ShardRow[] {
    return [...this.shards.values()].filter((shard) => shard.batch === batch)
  }

  async checkBooks(when: string): Promise<void> {
    const { audit, logbook, database, appends } = this.#order
    const { findings } = await audit.audit()
    for (const { code, message } of findings) logbook.violation(`audit after ${when}: ${code}: ${message}`)
    const row = database.prepare(OWED_IN_BOOKS).get()
    const owed = BigInt(String(row?.owed))
    if (owed !== appends.owed()) {
      logbook.violation(`after ${when} the books owe providers ${owed}, appends brought ${appends.owed()}`)
    }
  }

  #readWorkers(): Map<string, number> {
    const rows = this.#order.database.prepare('SELECT id, expires_at FROM worker').all()
    return new Map(rows.map((row) => [text(row, 'id'), int(row, 'expires_at')]))
  }

  /** New batches come before their shards, so that a shard finds its batch. */
  #see(id: string): void {
    const row = this.#order.database.prepare('SELECT * FROM batch WHERE id = ?').get(id)
    if (!row || this.batches.has(id)) return
    const batch = readBatch(row, undefined)
    const earlier = this.batches.get(this.batchOfOrder.get(batch.order) ?? '')
    if (earlier && earlier.deletedAt === null) {
      this.#order.logbook.violation(`order ${batch.order} was made twice: ${earlier.id}, then ${id}`)
    }
    this.batches.set(id, batch)
    this.batchOfOrder.set(batch.order, id)
  }

  #checkBatch(id: string, committed: Committed): void {
    const wrong = (why: string): void =>
      this.#order.logbook.violation(`batch ${id} ${why} (${describe(committed)})`)
    const row = this.#order.database.prepare('SELECT * FROM batch WHERE id = ?').get(id)
    const before = this.batches.get(id)
    if (!row || !before) return void wrong('is gone')
    const after = readBatch(row, before.order)
    this.batches.set(id, after)
    checkBatchEdge(before, after, { committed, shards: this.shardsOf(id), wrong })
    if (before.state !== after.state) this.#order.logbook.mark(`batch ${after.outcome ?? after.cause}`)
    if (before.purgedAt === null && after.purgedAt !== null) this.#order.logbook.mark('purged')
  }

  async #checkShard(id: number, committed: Committed): Promise<void> {
    const { database, answers, logbook } = this.#order
    const wrong = (why: string): void => logbook.violation(`shard ${id} ${why} (${describe(committed)})`)
    const row = database.prepare('SELECT * FROM shard WHERE id = ?').get(id)
    const before = this.shards.get(id)
    if (!row) return this.#checkGone(before, wrong)
    const after = readShard(row)
    this.shards.set(id, after)
    const batch = this.batches.get(after.batch)
    if (!batch) return void wrong('has no batch')
    if (before) checkShardEdge(before, after, committed, wrong)
    else this.#checkNew(after, batch, wrong)
    if (before?.state === 'running' && after.crashes > before.crashes) this.#noteDeath(before)
    if (after.state !== 'sealed') answers.checkJournal(after, batch)
    else if (before?.state !== 'sealed') await answers.checkSegment(after)
    if (before?.state !== after.state) logbook.line(`shard ${id} is ${after.state} with epoch ${after.epoch}`)
  }

  #checkNew(shard: ShardRow, batch: BatchRow, wrong: (why: string) => void): void {
    if (shard.state !== 'waiting' || shard.epoch !== 0 || shard.answered !== 0) wrong('was not born waiting')
    const input = this.#order.database
      .prepare('SELECT entries FROM shard_input WHERE shard = ?')
      .get(shard.id)
    if (input) this.#order.places.add(shard.id, batch.order, bytes(input, 'entries'))
    else wrong('has no input')
  }

  #checkGone(before: ShardRow | undefined, wrong: (why: string) => void): void {
    if (!before) return
    const row = this.#order.database.prepare('SELECT purged_at FROM batch WHERE id = ?').get(before.batch)
    if (before.state !== 'sealed' || row?.purged_at === null) wrong('is gone, and its batch was not purged')
    this.shards.delete(before.id)
  }

  /** Its owner is counted among the dead, and the request that it had named is accused. */
  #noteDeath({ id, worker, suspect }: ShardRow): void {
    const { places, suspicions, answers, logbook } = this.#order
    logbook.mark('fenced with a shard')
    if (suspect === null || worker === null) return
    const request = places.at(id, suspect)
    logbook.line(`${worker} died with ${nameOf(request)}`)
    if (suspicions.isInnocent(worker, id)) {
      logbook.violation(`${nameOf(request)} was accused of a death after its call was over`)
    }
    answers.died(request)
  }

  #checkOwners(committed: Committed): void {
    for (const { id, state, worker } of this.shards.values()) {
      if (state !== 'running' || worker === null || this.#workers.has(worker)) continue
      this.#order.logbook.violation(`shard ${id} runs at ${worker}, which is gone (${describe(committed)})`)
    }
  }
}
