import type { Trouble } from '../../batch/trouble.ts'
import type { Clock, Ids } from '../../clock/clock.ts'
import type { Config } from '../../config/config.ts'
import type { AdminStore } from '../../storage/admin.ts'
import type { AuditStore, KeyStore } from '../../storage/operator.ts'
import type { TenantStore } from '../../storage/tenant.ts'

/** What the handlers of operators may use, and no other handler is handed. */
export interface AdminContext {
  readonly clock: Clock
  readonly ids: Ids
  config(): Config
  readonly store: AdminStore
  readonly keys: KeyStore
  readonly audit: AuditStore
  tenant(account: string): Pick<TenantStore, 'stop'>
  deployments(): readonly DeploymentView[]
  /** Why requests for a model do not move at the moment. */
  whyWaiting(model: string): Trouble | undefined
  /** There is something to do: a batch was stopped. */
  onAccepted(): void
}

/** A deployment as it is now, without its key. */
export interface DeploymentView {
  readonly id: string
  readonly model: string
  readonly provider: string
  readonly providerModel: string
  readonly region: string | undefined
  readonly weight: number
  readonly limits: {
    readonly concurrencyMax: number
    readonly concurrencyInitial: number
    readonly requestsPerMinute?: number
    readonly tokensPerMinute?: number
    readonly interactiveShare: number
  }
  readonly gate: {
    readonly state: 'open' | 'paused' | 'tripped' | 'shut'
    readonly reason?: string
    readonly until?: number
    readonly limit: number
    readonly inFlight: number
    readonly waiting: number
    readonly lanes: Readonly<Record<'interactive' | 'batch', { inFlight: number; waiting: number }>>
  }
  readonly learned: {
    readonly concurrency: number
    readonly ceiling?: number
    readonly requestsPerMinute?: number
    readonly tokensPerMinute?: number
    readonly inputTokensPerMinute?: number
    readonly outputTokensPerMinute?: number
  }
  /** 0 before the first answer. */
  readonly typicalMs: number
}
