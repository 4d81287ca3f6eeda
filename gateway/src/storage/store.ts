import type { StorePorts } from './store-ports.ts'

/** Everything one open store offers; each caller is handed only the port that is meant for it. */
export interface Store extends StorePorts {
  /** Rows inserted, updated and deleted since it was opened, all tables: what the bench reports. */
  rowsWritten(): Promise<number>
  /** Ends after what was asked before; what is asked afterwards rejects with `closed`. */
  close(): Promise<void>
}
