import type { Clock } from '../../clock/clock.ts'
import type { ExecuteObserver } from '../../execute/observer.ts'
import type { ClaimedShard } from '../../storage/engine.ts'
import type { EndedBatch } from '../../storage/status.ts'
import type { StoreObserver, Took } from '../store-observer.ts'
import { providerCallAttributes } from './provider-call.ts'
import type { Attributes, Span, Tracer } from './tracer.ts'

/** A shard has up to a thousand requests, which go much the same way: the first few calls and commits show it. */
const CALLS_SHOWN = 5
const COMMITS_SHOWN = 5

interface ShardSpan {
  readonly span: Span
  readonly epoch: number
  calls: number
  callsFailed: number
  commits: number
}

/**
 * The spans of what execution does for a batch, in the trace in which the batch was submitted: its trace context
 * lies with it in the store, so they join that trace after a restart too. Of a run of a shard the first few calls
 * and commits are shown, and every one that failed.
 */
export class ExecutionSpans implements Pick<ExecuteObserver, 'called'>, StoreObserver {
  readonly #tracer: Tracer
  readonly #clock: Clock
  readonly #shards = new Map<number, ShardSpan>()

  constructor(tracer: Tracer, clock: Clock) {
    this.#tracer = tracer
    this.#clock = clock
  }

  joined: StoreObserver['joined'] = () => {
    for (const shard of this.#shards.keys()) this.#end(shard, { outcome: 'lost' })
  }

  claimed: StoreObserver['claimed'] = (shards) => {
    for (const shard of shards) this.#begin(shard)
  }

  called: ExecuteObserver['called'] = (claimed, call) => {
    const shard = this.#shards.get(claimed.id)
    if (!shard) return
    const failed = call.verdict.kind === 'failure' ? call.verdict.class : undefined
    shard.calls += 1
    if (failed !== undefined) shard.callsFailed += 1
    if (!shard.span.isSeen || (failed === undefined && shard.calls > CALLS_SHOWN)) return
    const at = this.#clock.now()
    const span = shard.span.child('provider call', {
      kind: 'client',
      at: at - call.outcome.totalMs,
      attributes: {
        'sheepfold.batch': claimed.batch,
        'sheepfold.shard': claimed.id,
        'sheepfold.position': call.position,
        ...providerCallAttributes(call),
      },
    })
    span.end({ at, ...(failed === undefined ? {} : { failed }) })
  }

  appended: StoreObserver['appended'] = (group, receipts, took) => {
    for (const { shard: id, taken, duplicates } of receipts) {
      const shard = this.#shards.get(id)
      if (!shard) continue
      shard.commits += 1
      if (shard.commits > COMMITS_SHOWN) continue
      const attributes = { 'sheepfold.answers': taken, 'sheepfold.duplicates': duplicates }
      this.#past(shard.span, 'append', took, { ...attributes, 'sheepfold.group': group.number })
    }
  }

  appendFailed: StoreObserver['appendFailed'] = (group, took) => {
    for (const part of group.parts) {
      const shard = this.#shards.get(part.shard)
      if (shard) this.#past(shard.span, 'append', took, { 'sheepfold.group': group.number }, 'store')
    }
  }

  sealed: StoreObserver['sealed'] = (ref, receipt, took) => {
    const shard = this.#shards.get(ref.shard)
    if (!shard || shard.epoch !== ref.epoch) return
    this.#past(shard.span, 'seal', took, { 'sheepfold.outcome': receipt.kind })
    this.#end(ref.shard, { outcome: receipt.kind })
  }

  released: StoreObserver['released'] = (ref) => {
    if (this.#shards.get(ref.shard)?.epoch === ref.epoch) this.#end(ref.shard, { outcome: 'released' })
  }

  /** The whole way of a batch, from its accept to its end: it may have begun in another process. */
  batchEnded(batch: string, { trace, account, outcome, counts, createdAt, endedAt }: EndedBatch): void {
    if (trace === null) return
    const attributes = {
      'sheepfold.batch': batch,
      'sheepfold.account': account,
      'sheepfold.outcome': outcome,
      'sheepfold.requests': counts.total,
      'sheepfold.succeeded': counts.succeeded,
      'sheepfold.failed': counts.failed,
    }
    this.#tracer.start('batch', { parent: trace, at: createdAt, attributes }).end({ at: endedAt })
  }

  /** The process stops: what it still runs is somebody else's to end. */
  close(): void {
    for (const shard of this.#shards.keys()) this.#end(shard, { outcome: 'stopped' })
  }

  #begin(claimed: ClaimedShard): void {
    this.#end(claimed.id, { outcome: 'lost' })
    // Nobody asked for a trace of what was submitted while none were taken.
    if (claimed.trace === null) return
    const span = this.#tracer.start('shard', {
      parent: claimed.trace,
      attributes: {
        'sheepfold.batch': claimed.batch,
        'sheepfold.account': claimed.account,
        'sheepfold.shard': claimed.id,
        'sheepfold.epoch': claimed.epoch,
        'sheepfold.requests': claimed.count,
        'sheepfold.model': claimed.model,
      },
    })
    this.#shards.set(claimed.id, { span, epoch: claimed.epoch, calls: 0, callsFailed: 0, commits: 0 })
  }

  #past(parent: Span, name: string, { startedAt, ms }: Took, attributes: Attributes, failed?: string): void {
    const span = parent.child(name, { at: startedAt, attributes })
    span.end({ at: startedAt + ms, ...(failed === undefined ? {} : { failed }) })
  }

  #end(id: number, { outcome }: { outcome: string }): void {
    const shard = this.#shards.get(id)
    if (!shard) return
    this.#shards.delete(id)
    shard.span.set({
      'sheepfold.outcome': outcome,
      'sheepfold.calls': shard.calls,
      'sheepfold.calls_failed': shard.callsFailed,
      'sheepfold.commits': shard.commits,
    })
    shard.span.end()
  }
}
