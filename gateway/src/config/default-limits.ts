import type { Deployment, DeploymentLimits } from '../provider/deployment.ts'
import { DEFAULT_MEDIA_LIMITS } from '../translate/media/limits.ts'
import type { ConnectionLimits, TranslationSettings, WebhookSettings } from './config.ts'
import type { LogLevel } from './log-levels.ts'

/** For a deployment that says nothing else. */
export const DEFAULT_DEPLOYMENT_LIMITS: DeploymentLimits = {
  concurrencyMax: 1_000,
  concurrencyInitial: 64,
  firstByteMsMax: 120_000,
  totalMsMax: 600_000,
  interactiveShare: 0.2,
}

/**
 * DeepSeek lets a call wait for ten minutes before it begins, with an answer under way as seen from here: a call
 * that is given up by then would wait in vain for ever.
 */
const DEEPSEEK_TOTAL_MS_MAX = 1_800_000

export const defaultDeploymentLimits = (provider: Deployment['provider']): DeploymentLimits =>
  provider === 'deepseek'
    ? { ...DEFAULT_DEPLOYMENT_LIMITS, totalMsMax: DEEPSEEK_TOTAL_MS_MAX }
    : DEFAULT_DEPLOYMENT_LIMITS

/** Enough for a long answer, and taken by every model. */
export const DEFAULT_OUTPUT_TOKENS = 4_096

/** Where a server runs that says nothing else. */
export const DEFAULT_SERVER = { host: '127.0.0.1', port: 8_787, data: '.sheepfold', drainSeconds: 10 }

export const DEFAULT_LOG_LEVEL: LogLevel = 'warn'
export const DEFAULT_OPEN_METRICS = false

export const DEFAULT_RETENTION_MS = 30 * 86_400_000
export const DEFAULT_LONG_POLL_MS = 20_000
/** Clients check it before they call. */
export const DEFAULT_KEY_PREFIX = 'sk-holysheep-'

export const DEFAULT_WEBHOOKS: WebhookSettings = {
  allowPrivateNetworks: false,
  allowedHosts: [],
  timeoutMs: 10_000,
  retryMs: 86_400_000,
  pausesMs: [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800].map((seconds) => seconds * 1_000),
  lookMs: 1_000,
  inFlightMax: 64,
  inFlightPerAccountMax: 16,
}

/** Nobody is to find out from an answer that half of the question was not asked. */
export const DEFAULT_TRANSLATION: TranslationSettings = { lossy: 'refuse', media: DEFAULT_MEDIA_LIMITS }

/** A create of 64 MB over a slow line takes minutes; a client that is alive is never silent for one. */
export const DEFAULT_CONNECTIONS: ConnectionLimits = {
  max: 10_000,
  headersMs: 60_000,
  requestMs: 600_000,
  stalledMs: 60_000,
  keepAliveMs: 75_000,
}
