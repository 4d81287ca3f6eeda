import type { DatabaseSync } from 'node:sqlite'
import { type AnswerEntry, readFrame } from '../../../gateway/src/batch/answer-frame.ts'
import { formatUsd } from '../../../gateway/src/money/nano.ts'
import { frozenSell, priceOf } from '../../../gateway/src/money/price.ts'
import type { Usage } from '../../../gateway/src/money/usage.ts'
import type { Blobs } from '../../../gateway/src/storage/blobs/blobs.ts'
import { bytes } from '../../../gateway/src/storage/rows.ts'
import { nameOf, type Request, type Truth } from '../truth.ts'
import type { CallChecks } from './calls.ts'
import type { Places } from './places.ts'
import type { BatchRow, ShardRow } from './rows.ts'

/** Above any segment of a run. */
const ALL = 2 ** 30

interface AnswerChecksOrder {
  readonly database: DatabaseSync
  readonly blobs: Blobs
  readonly truth: Truth
  readonly places: Places
  readonly calls: CallChecks
  readonly violation: (text: string) => void
  readonly mark: (name: string) => void
}

/**
 * Every recorded answer, remembered from the commit that brought it: it must be the right one at the right
 * price, and from then on it must stay there, byte for byte, in the journal and then in the segment.
 */
export class AnswerChecks {
  readonly #recorded = new Map<number, Array<Buffer | undefined>>()
  /** By request: how often it was accused of the death of a worker. */
  readonly #deaths = new Map<string, number>()
  readonly #order: AnswerChecksOrder

  constructor(order: AnswerChecksOrder) {
    this.#order = order
  }

  /** The lines of a shard that are recorded, in input order. */
  linesOf(shard: number): Buffer[] {
    return (this.#recorded.get(shard) ?? []).filter((line) => line !== undefined)
  }

  recordedAt(shard: number, position: number): boolean {
    return this.#recorded.get(shard)?.[position] !== undefined
  }

  died(request: Request): void {
    this.#deaths.set(nameOf(request), (this.#deaths.get(nameOf(request)) ?? 0) + 1)
  }

  checkJournal(shard: ShardRow, batch: BatchRow): void {
    const known = this.#recorded.get(shard.id) ?? []
    this.#recorded.set(shard.id, known)
    const found = new Set<number>()
    for (const entry of this.#journal(shard.id)) {
      const where = `request ${entry.position} of shard ${shard.id}`
      if (found.has(entry.position)) this.#order.violation(`${where} has two answers`)
      found.add(entry.position)
      const before = known[entry.position]
      if (before === undefined) {
        known[entry.position] = Buffer.from(entry.line)
        this.#checkEntry(this.#order.places.at(shard.id, entry.position), entry, batch)
      } else if (!before.equals(entry.line)) this.#order.violation(`the answer to ${where} has changed`)
    }
    known.forEach((line, position) => {
      if (line !== undefined && !found.has(position)) {
        this.#order.violation(`the answer to request ${position} of shard ${shard.id} is lost`)
      }
    })
  }

  async checkSegment(shard: ShardRow): Promise<void> {
    const name = shard.segment ?? ''
    const wrong = (why: string): void => this.#order.violation(`segment ${name} ${why}`)
    const stored = await this.#order.blobs.read(name, 0, ALL).catch(() => undefined)
    if (!stored) return void wrong('is named by its shard and does not exist')
    if (stored.length !== shard.segmentBytes) wrong(`has ${stored.length} bytes, not ${shard.segmentBytes}`)
    const lines = this.linesOf(shard.id)
    if (lines.length !== shard.count) wrong(`is sealed with ${lines.length} of ${shard.count} answers`)
    if (!stored.equals(Buffer.concat(lines))) wrong('does not hold the recorded answers in input order')
  }

  *#journal(shard: number): Generator<AnswerEntry> {
    const { database } = this.#order
    const rows = database.prepare('SELECT frame FROM journal WHERE shard = ? ORDER BY seq').all(shard)
    for (const row of rows) yield* readFrame(bytes(row, 'frame'))
    const tail = database.prepare('SELECT tail FROM shard WHERE id = ?').get(shard)
    if (tail) yield* readFrame(bytes(tail, 'tail'))
  }

  #checkEntry(request: Request, entry: AnswerEntry, batch: BatchRow): void {
    const wrong = (why: string): void =>
      this.#order.violation(`the answer to ${nameOf(request)} ${why}: ${entry.line.toString().trimEnd()}`)
    const line: unknown = JSON.parse(entry.line.toString())
    if (!isLine(line)) return void wrong('is no line of the native dialect')
    if (line.custom_id !== request.item.customId || line.index !== request.index) wrong('is for another one')
    if (line.status !== entry.kind) wrong(`is counted as ${entry.kind}`)
    if (line.cost !== formatUsd(entry.charge)) wrong(`was charged ${formatUsd(entry.charge)}`)
    if (entry.kind === 'succeeded') this.#checkSuccess(request, entry, { line, batch, wrong })
    else this.#checkFailure(request, entry, { line, batch, wrong })
  }

  #checkSuccess(request: Request, entry: AnswerEntry, context: Context): void {
    const { line, batch, wrong } = context
    if (request.item.kind !== 'plain') wrong('cannot be a success')
    if (line.output !== this.#order.truth.expectedText(request)) wrong('is not the one that was expected')
    const sell = frozenSell(batch.sell, batch.model)
    if (entry.charge !== priceOf(entry.usage, sell.batch)) wrong('is not charged at the frozen price')
    if (entry.listCharge !== priceOf(entry.usage, sell.list)) wrong('has a wrong list price')
    const given = this.#order.calls.given(request)
    const same = given.some(
      (answer) =>
        sameUsage(answer.usage, entry.usage) &&
        answer.estimated === entry.usageEstimated &&
        answer.cost === entry.cost &&
        answer.costUnknown === entry.costUnknown,
    )
    if (!same) wrong('was given by no provider with that usage and cost')
  }

  #checkFailure(request: Request, entry: AnswerEntry, context: Context): void {
    const { line, batch, wrong } = context
    const { mark } = this.#order
    if (entry.charge !== 0n || entry.cost !== 0n || entry.listCharge !== 0n) wrong('costs money')
    mark(entry.kind)
    if (entry.kind === 'expired') {
      if (batch.cause !== 'deadline') wrong(`is expired in a batch with cause ${batch.cause}`)
    } else if (entry.kind === 'cancelled') {
      if (batch.cause !== 'cancel' && batch.cause !== 'delete') wrong(`is cancelled for ${batch.cause}`)
    } else if (line.error?.code === 'poison') {
      mark('poison')
      if ((this.#deaths.get(nameOf(request)) ?? 0) < 2) wrong('is called poison without two deaths')
    } else if (request.item.kind !== 'too_long' || line.error?.code !== 'context_length_exceeded') {
      wrong('should not have failed')
    }
  }
}

interface Context {
  readonly line: NativeLine
  readonly batch: BatchRow
  readonly wrong: (why: string) => void
}

interface NativeLine {
  readonly custom_id: unknown
  readonly index: unknown
  readonly status: unknown
  readonly output: unknown
  readonly cost: unknown
  readonly error: { readonly code?: unknown } | null
}

const isLine = (value: unknown): value is NativeLine =>
  typeof value === 'object' &&
  value !== null &&
  ['custom_id', 'index', 'status', 'output', 'cost', 'error'].every((name) => name in value)

const sameUsage = (left: Usage, right: Usage): boolean =>
  left.promptTokens === right.promptTokens &&
  left.cachedTokens === right.cachedTokens &&
  left.cacheWriteTokens === right.cacheWriteTokens &&
  left.completionTokens === right.completionTokens &&
  left.reasoningTokens === right.reasoningTokens
