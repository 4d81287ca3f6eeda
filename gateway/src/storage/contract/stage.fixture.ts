import { afterEach } from 'vitest'
import type { AnswerEntry } from '../../batch/answer-frame.ts'
import { encodeFrame } from '../../batch/answer-frame.ts'
import { hasBit } from '../../batch/done-bits.ts'
import type { Nano } from '../../money/nano.ts'
import { encodeSell, flatPrices } from '../../money/price.ts'
import type { AdminStore } from '../admin.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { DeliveryStore } from '../deliveries.ts'
import type { AppendReceipt, ClaimedShard, EngineStore, SealReceipt, ShardRef } from '../engine.ts'
import type { AuditStore, KeyStore } from '../operator.ts'
import type { NewShard } from '../shards.ts'
import type { StorePorts } from '../store-ports.ts'
import type { AcceptOutcome, CreateQuery, NewBatch, TenantStore } from '../tenant.ts'

/** One empty store, and what a case may do to the world around it. */
export interface OpenedStore {
  readonly ports: StorePorts
  readonly blobs: Blobs
  /** Moves the store's clock; does nothing where it is the system's, where no case asks for it. */
  advance(ms: number): void
  close(): Promise<void>
}

export const ACCOUNT = 'acme'
export const LEASE_MS = 60_000
export const WINDOW_MS = 3_600_000
export const RETENTION_MS = 86_400_000
export const HOLD = 1_000n

/** What one answer costs and brings where a case says nothing else. */
export const CHARGE = 100n
export const COST = 60n

export interface BatchOrder {
  readonly id: string
  readonly account?: string
  /** How many requests each shard has. */
  readonly counts?: readonly number[]
  readonly model?: string
  readonly hold?: Nano
  readonly windowMs?: number
  readonly retentionMs?: number
  readonly create?: Partial<CreateQuery>
  readonly more?: Partial<NewBatch>
}

export const createQuery = (id: string, more: Partial<CreateQuery> = {}): CreateQuery => ({
  apiKey: 'key-1',
  path: '/v1/batches',
  bodySha256: `sha-of-${id}`,
  idempotencyKey: null,
  again: false,
  ...more,
})

export const newBatch = (order: BatchOrder): NewBatch => ({
  id: order.id,
  apiKey: 'key-1',
  dialect: 'native',
  endpoint: '/v1/chat/completions',
  model: order.model ?? 'batch-4.1',
  task: null,
  blob: `inputs/${order.id}`,
  template: `template of ${order.id}`,
  metadata: '{}',
  sell: encodeSell(new Map([[order.model ?? 'batch-4.1', { list: flatPrices(2n), batch: flatPrices(1n) }]])),
  hold: order.hold ?? HOLD,
  windowMs: order.windowMs ?? WINDOW_MS,
  retentionMs: order.retentionMs ?? RETENTION_MS,
  total: (order.counts ?? [2]).reduce((sum, count) => sum + count, 0),
  create: createQuery(order.id, order.create),
  layout: 'together',
  file: null,
  outputMs: null,
  errors: null,
  losses: null,
  retryOf: null,
  trace: null,
  webhook: null,
  ...order.more,
})

export const newShards = (order: BatchOrder): NewShard[] =>
  (order.counts ?? [2]).map((count, number) => ({
    number,
    model: order.model ?? 'batch-4.1',
    endpoint: '/v1/chat/completions',
    count,
    index: Buffer.from(`index of ${order.id} ${number}`),
  }))

export const answer = (position: number, more: Partial<AnswerEntry> = {}): AnswerEntry => ({
  position,
  kind: 'succeeded',
  usage: { promptTokens: 10, cachedTokens: 4, cacheWriteTokens: 3, completionTokens: 5, reasoningTokens: 2 },
  usageEstimated: false,
  charge: CHARGE,
  listCharge: 2n * CHARGE,
  cost: COST,
  costUnknown: false,
  latencyMs: 40,
  line: Buffer.from(`{"at":${position}}\n`),
  ...more,
})

/** How a request is recorded that was stopped before it had an answer: it costs nothing. */
export const unanswered = (position: number, kind: 'expired' | 'cancelled' | 'failed'): AnswerEntry =>
  answer(position, {
    kind,
    charge: 0n,
    listCharge: 0n,
    cost: 0n,
    line: Buffer.from(`{"${kind}":${position}}\n`),
  })

export interface Stage {
  readonly engine: EngineStore
  readonly deliveries: DeliveryStore
  readonly keys: KeyStore
  readonly audit: AuditStore
  readonly admin: AdminStore
  readonly blobs: Blobs
  tenant(account?: string): TenantStore
  advance(ms: number): void
  accept(order: BatchOrder): Promise<Extract<AcceptOutcome, { batch: unknown }>>
  join(...workers: string[]): Promise<void>
  claim(worker: string, max?: number): Promise<ClaimedShard[]>
  /** Claims one shard, which has to be there. */
  claimOne(worker: string): Promise<ClaimedShard>
  /** Appends a group for one shard, under the worker's next number. */
  append(worker: string, shard: number, entries: readonly AnswerEntry[], waste?: Nano): Promise<AppendReceipt>
  /** Answers what a shard lacks, and seals it. */
  finish(worker: string, shard: ClaimedShard): Promise<SealReceipt>
  /** Accepts a batch, and runs it to its end. */
  run(order: BatchOrder, worker?: string): Promise<void>
  text(blob: string): Promise<string>
  /** The codes of what the audit finds. */
  findings(): Promise<string[]>
  /** Ledger account to amount, without those that are even. */
  balances(): Promise<Record<string, Nano>>
  close(): Promise<void>
}

export const refOf = (worker: string, { id, epoch }: ClaimedShard): ShardRef => ({ shard: id, epoch, worker })

export const missing = ({ count, done }: ClaimedShard): number[] =>
  Array.from({ length: count }, (_, position) => position).filter((position) => !hasBit(done, position))

export const createStage = (opened: OpenedStore): Stage => {
  const { ports, blobs } = opened
  const { engine, deliveries, keys, audit, admin } = ports
  let number = 0

  const stage: Stage = {
    engine,
    deliveries,
    keys,
    audit,
    admin,
    blobs,
    tenant: (account = ACCOUNT) => ports.tenant(account),
    advance: opened.advance,
    async accept(order) {
      const tenant = ports.tenant(order.account ?? ACCOUNT)
      const outcome = await tenant.accept(newBatch(order), { kind: 'shards', shards: newShards(order) })
      if (!('batch' in outcome)) throw new Error(`batch ${order.id} is ${outcome.kind}`)
      return outcome
    },
    async join(...workers) {
      for (const worker of workers) await engine.join(worker, { leaseMs: LEASE_MS, alone: false })
    },
    claim: (worker, max = 100) => engine.claim({ worker, max, skipModels: [], sated: [] }),
    async claimOne(worker) {
      const [shard] = await stage.claim(worker, 1)
      if (!shard) throw new Error('no shard waits')
      return shard
    },
    async append(worker, shard, entries, waste = 0n) {
      number += 1
      const parts = [{ shard, frame: encodeFrame(entries), waste }]
      const [receipt] = await engine.append({ worker, number, parts })
      if (!receipt) throw new Error('the append has no receipt')
      return receipt
    },
    async finish(worker, shard) {
      const entries = missing(shard).map((position) => answer(position))
      if (entries.length > 0) await stage.append(worker, shard.id, entries)
      return engine.seal(refOf(worker, shard))
    },
    async run(order, worker = 'w') {
      await stage.accept(order)
      await stage.join(worker)
      for (const shard of await stage.claim(worker)) await stage.finish(worker, shard)
    },
    text: async (blob) => (await blobs.read(blob, 0, 1_000_000)).toString(),
    findings: async () => (await audit.audit()).findings.map(({ code }) => code),
    async balances() {
      const { balances } = await audit.audit()
      return Object.fromEntries(
        balances.filter(({ amount }) => amount !== 0n).map(({ account, amount }) => [account, amount]),
      )
    },
    close: opened.close,
  }
  return stage
}

/** Takes what a test opens, and closes it once the test is over, also where it failed. */
export const closedAfterEach = () => {
  const opened: Array<{ close(): Promise<void> }> = []
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close()
  })
  return <Opened extends { close(): Promise<void> }>(each: Opened): Opened => {
    opened.push(each)
    return each
  }
}

/** What the cases of each topic are handed. */
export interface Cases {
  /** An empty store for one case. */
  open(): Promise<Stage>
  /** `it`, for a case that moves the store's clock. */
  itWithClock(name: string, run: () => Promise<void>): void
}
