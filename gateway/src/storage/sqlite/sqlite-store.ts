import type { EngineStore } from '../engine.ts'
import type { AuditStore, KeyStore } from '../operator.ts'
import type { TenantStore } from '../tenant.ts'

/** Everything one open store offers; each caller is handed only the port that is meant for it. */
export interface SqliteStore {
  readonly engine: EngineStore
  tenant(account: string): TenantStore
  readonly keys: KeyStore
  readonly audit: AuditStore
  /** Rows inserted, updated and deleted since it was opened, all tables: what the bench reports. */
  rowsWritten(): Promise<number>
  /** Ends after what was asked before; what is asked afterwards rejects with `closed`. */
  close(): Promise<void>
}
