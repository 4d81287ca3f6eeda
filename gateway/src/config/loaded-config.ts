import type { Config } from './config.ts'

/** Where a server runs: what a file says of it, with defaults filled in. */
export interface ServerSettings {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  /** Seconds that calls in flight are given at SIGTERM. */
  readonly drainSeconds: number
}

export interface LoadedConfig {
  readonly config: Config
  readonly server: ServerSettings
  /** The names of the variables that hold the keys, by deployment: what may be shown in place of a key. */
  readonly keyNames: ReadonlyMap<string, string>
}
