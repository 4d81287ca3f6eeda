import type { ExecuteLimits } from '../execute/limits.ts'
import type { FileLimits, IntakeLimits, MessageBatchLimits } from '../intake/limits.ts'
import type { CostBooks } from '../money/cost-book.ts'
import type { Deployment } from '../provider/deployment.ts'
import type { Lossy } from '../translate/loss.ts'
import type { MediaLimits } from '../translate/media/limits.ts'
import type { CatalogueModel } from './catalogue.ts'
import type { LogLevel } from './log-levels.ts'
import type { Presets } from './presets.ts'

/** All that an installation decides, checked and with defaults filled in. */
export interface Config {
  readonly catalogue: ReadonlyMap<string, CatalogueModel>
  readonly deployments: readonly Deployment[]
  readonly costBooks: CostBooks
  readonly presets: Presets
  readonly intake: IntakeLimits
  readonly execute: ExecuteLimits
  readonly files: FileLimits
  readonly messageBatches: MessageBatchLimits
  /** Results and inputs are kept so long after the end of their batch. */
  readonly retentionMs: number
  /** A GET of a running batch waits so long for its end, where the caller says nothing else. */
  readonly longPollMs: number
  readonly keyPrefix: string
  readonly logLevel: LogLevel
  /** Whoever reaches the server may read `/metrics`. */
  readonly openMetrics: boolean
  /** Under which clients reach the server, without a slash at its end; undefined: it is asked of each of them. */
  readonly publicUrl: string | undefined
  readonly webhooks: WebhookSettings
  readonly translation: TranslationSettings
  readonly connections: ConnectionLimits
}

/** What becomes of requests in a format that no deployment of their model speaks. */
export interface TranslationSettings {
  /** Where a caller says nothing else. */
  readonly lossy: Lossy
  readonly media: MediaLimits
}

/** What one connection of a client may take up, and how many there may be. */
export interface ConnectionLimits {
  /** Open at the same time; beyond them only probes are answered. */
  readonly max: number
  /** From the first byte of a request, or from the connect, until its headers are whole … */
  readonly headersMs: number
  /** … and until its body is. */
  readonly requestMs: number
  /** A body that is not sent, or an answer that is not taken, for so long. */
  readonly stalledMs: number
  /** Between two requests. */
  readonly keepAliveMs: number
}

/** Where events of batches may be sent. */
export interface WebhookSettings {
  /** Addresses of private, loopback and metadata networks may be called. */
  readonly allowPrivateNetworks: boolean
  /** Hosts that may be called although their address is of such a network. */
  readonly allowedHosts: readonly string[]
  readonly timeoutMs: number
  readonly retryMs: number
  /** The pauses before the second attempt, the third, and so on; the last one is repeated. */
  readonly pausesMs: readonly number[]
  /** How often it is looked for events that nobody announced. */
  readonly lookMs: number
  readonly inFlightMax: number
  /** Of them, those of one account: its receivers may be slow. */
  readonly inFlightPerAccountMax: number
}
