import type { LoopDelays } from '../../clock/loop.ts'
import type { GateState, Learned } from '../../execute/gate/gate.ts'
import type { ModelLoad } from '../../execute/realtime/engine.ts'
import type { QueueStatus } from '../../storage/status.ts'
import type { BatchCounts } from './batch-counts.ts'
import type { ExecuteCounts } from './execute-counts.ts'
import type { HttpCounts } from './http-counts.ts'
import type { ProcessStatus } from './process-status.ts'
import type { RealtimeCounts } from './realtime-counts.ts'
import type { StoreCounts } from './store-counts.ts'
import type { WebhookCounts } from './webhook-counts.ts'

/** Everything that metrics are read from, at the moment of a scrape. */
export interface Sources {
  readonly execute: ExecuteCounts
  readonly store: StoreCounts
  readonly batches: BatchCounts
  readonly realtime: RealtimeCounts
  readonly webhooks: WebhookCounts
  readonly http: HttpCounts
  /** As it was looked up a few seconds ago at most; undefined where the store did not answer. */
  readonly queue: QueueStatus | undefined
  readonly load: ReadonlyMap<string, ModelLoad>
  readonly runs: number
  readonly unacknowledged: number
  readonly gates: ReadonlyMap<string, GateState>
  readonly learned: ReadonlyMap<string, Learned>
  readonly loop: LoopDelays & { readonly active: number; readonly idle: number }
  readonly process: ProcessStatus
}
