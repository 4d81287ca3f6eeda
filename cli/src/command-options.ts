/** What the table of commands hands to each command's module, checked and with defaults filled in. */

export interface ServeOptions {
  readonly config?: string
  readonly data: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly role: 'all' | 'api' | 'worker'
  /** Seconds that calls in flight are given at SIGTERM. */
  readonly drain: number
  readonly simulate?: boolean
}

export interface DataOptions {
  readonly data: string
  readonly json?: boolean
}

export interface CreateKeyOptions extends DataOptions {
  readonly name?: string
  /** Absent: every model. */
  readonly models?: readonly string[]
  /** Absent: never. */
  readonly expires?: Date
  readonly account?: string
}

export interface SimulateOptions {
  readonly host: string
  readonly port: number
  readonly latency?: number
  readonly spread?: number
  readonly seed?: number
  readonly faults?: string
}

export interface DemoOptions {
  readonly out: string
}

export interface RunOptions {
  readonly model: string
  readonly prompt?: string
  readonly system?: string
  readonly task?: string
  readonly field?: string
  readonly baseUrl: string
  readonly apiKey?: string
  readonly out?: string
  readonly checkpoint?: string
  readonly chunk: number
  readonly parallel: number
  readonly maxTokens?: number
  readonly temperature?: number
  readonly options?: Readonly<Record<string, unknown>>
  /** Milliseconds to wait for one chunk. */
  readonly timeout: number
  readonly json?: boolean
}
