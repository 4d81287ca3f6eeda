import type { Trouble } from '../batch/trouble.ts'
import type { Clock, Ids, Random } from '../clock/clock.ts'
import type { Config } from '../config/config.ts'
import type { Readings } from '../intake/thread/client.ts'
import type { CountInput } from '../interactive/count-input.ts'
import type { InteractiveCall } from '../interactive/interactive-call.ts'
import type { Nano } from '../money/nano.ts'
import type { Blobs } from '../storage/blobs/blobs.ts'
import type { KeyStore } from '../storage/operator.ts'
import type { TenantStore } from '../storage/tenant.ts'
import type { Tracer } from '../telemetry/traces/tracer.ts'
import type { WayOf } from '../translate/check/way.ts'
import type { BatchEnds } from './batch-ends.ts'
import type { Health } from './health.ts'
import type { ServerObserver } from './observer.ts'

/** What handlers may use: a store of one account at a time, and nothing of the stations but these words. */
export interface ServerContext {
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  /** As it is now: read it once for each request, and never keep it for the next. */
  config(): Config
  readonly blobs: Pick<Blobs, 'create' | 'read' | 'remove'>
  readonly readings: Pick<Readings, 'openFile' | 'openDocument'>
  readonly keys: Pick<KeyStore, 'keyByHash'>
  /** What a key has spent, what is not recorded yet included, and what is held for it. */
  spentByKey(apiKey: string): Promise<Nano>
  tenant(account: string): TenantStore
  readonly ends: BatchEnds
  /** How requests reach the deployments of a configuration. */
  wayOf(config: Config): WayOf
  /** Makes an ordinary call. */
  readonly interactive: InteractiveCall
  /** Counts the tokens of a call that is not made. */
  readonly countInput: CountInput
  /** Why requests for a model do not move at the moment. */
  whyWaiting(model: string): Trouble | undefined
  /** Why nothing new can be stored at the moment. */
  noRoom(): Trouble | undefined
  /** There are new shards. */
  onAccepted(): void
  /** There is an event to deliver. */
  onEvent(): void
  readonly crash: (point: string) => void
  readonly observer: ServerObserver
  readonly tracer: Tracer
  readonly health: Health
  /** What is counted, in the words of Prometheus. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>
  /** What is no caller's fault, for the log. */
  onFault(error: unknown, requestId: string): void
}
