import type { BatchEventType, NanoUsd } from '@sheepfold/client'
import type { InputFormat } from './run/input/format.ts'

/** What the table of commands hands to each command's module, checked and with defaults filled in. */

/** Where a flag is absent, the configuration file decides. */
export interface ServeOptions {
  /** False: no file, also where there is one. */
  readonly config?: string | false
  readonly data?: string
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  readonly role: 'all' | 'api' | 'worker'
  /** Seconds that calls in flight are given at SIGTERM. */
  readonly drain?: number
  readonly simulate?: boolean
}

export interface CheckConfigOptions {
  /** Whether the variables that hold keys have to be set. */
  readonly keys: boolean
}

export interface ShowConfigOptions {
  readonly json?: boolean
}

export interface InitConfigOptions {
  readonly force?: boolean
}

export interface DataOptions {
  readonly data?: string
  readonly json?: boolean
}

export interface CreateKeyOptions extends DataOptions {
  readonly name?: string
  /** Absent: every model. */
  readonly models?: readonly string[]
  /** Absent: never. */
  readonly expires?: Date
  readonly account?: string
  /** Absent: no limit. */
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly spendLimit?: NanoUsd
  /** For /v1/admin, and of no account. */
  readonly operator?: boolean
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

/** How a command reaches a server. */
export interface ServerOptions {
  readonly baseUrl: string
  readonly apiKey?: string
}

/** Of commands that ask a server for something. */
export interface RemoteOptions extends ServerOptions {
  readonly json?: boolean
}

export interface ListOptions extends RemoteOptions {
  readonly limit: number
  readonly after?: string
}

export interface ListFilesOptions extends ListOptions {
  readonly purpose?: string
}

export interface ContentOptions extends ServerOptions {
  /** Absent: standard output. */
  readonly out?: string
}

export interface ResultsOptions extends ContentOptions {
  readonly follow?: boolean
  readonly merged?: boolean
}

export interface RetryOptions extends RemoteOptions {
  readonly merged?: boolean
  readonly out?: string
}

export interface UploadOptions extends RemoteOptions {
  readonly purpose: string
}

export interface AddWebhookOptions extends RemoteOptions {
  /** Absent: how each batch ended. */
  readonly events?: readonly BatchEventType[]
  readonly format?: 'standard' | 'slack'
  readonly description?: string
}

export interface RunOptions extends ServerOptions {
  readonly model: string

  readonly format?: InputFormat
  readonly delimiter?: string
  readonly encoding?: string

  readonly prompt?: string
  readonly promptFile?: string
  readonly field?: string
  readonly system?: string
  readonly systemFile?: string
  readonly task?: string
  readonly schema?: string
  readonly maxTokens?: number
  readonly temperature?: number
  readonly options?: Readonly<Record<string, unknown>>
  readonly lossy?: 'refuse' | 'warn'

  readonly api: 'auto' | 'native' | 'openai'
  /** Default: as many as the dialect takes. */
  readonly chunk?: number
  readonly parallel: number
  /** Milliseconds to wait for one chunk. */
  readonly timeout: number

  readonly out?: string
  /** True: all fields of the input. */
  readonly join?: true | readonly string[]
  readonly checkpoint?: string

  readonly dryRun?: boolean
  /** Tokens that the model takes, for `dryRun` where the server does not tell. */
  readonly context?: number
  readonly sample?: number
  /** The sample is drawn from it; absent: the first ones. */
  readonly seed?: number
  readonly yes?: boolean
  readonly retryFailed?: boolean
  readonly maxCost?: NanoUsd
  /** From 0 to 1. */
  readonly maxErrorShare?: number
  /** Per million tokens, where the server does not tell. */
  readonly inputPrice?: NanoUsd
  readonly outputPrice?: NanoUsd

  readonly json?: boolean
}
