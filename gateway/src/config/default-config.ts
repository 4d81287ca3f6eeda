import { DEFAULT_EXECUTE_LIMITS } from '../execute/limits.ts'
import { DEFAULT_FILE_LIMITS, DEFAULT_INTAKE_LIMITS, DEFAULT_MESSAGE_BATCH_LIMITS } from '../intake/limits.ts'
import type { Deployment } from '../provider/deployment.ts'
import { DEFAULT_CATALOGUE } from './catalogue.ts'
import type { Config } from './config.ts'
import { DEFAULT_COSTS } from './costs/default-costs.ts'
import {
  DEFAULT_CONNECTIONS,
  DEFAULT_KEY_PREFIX,
  DEFAULT_LOG_LEVEL,
  DEFAULT_LONG_POLL_MS,
  DEFAULT_OPEN_METRICS,
  DEFAULT_RETENTION_MS,
  DEFAULT_TRANSLATION,
  DEFAULT_WEBHOOKS,
} from './default-limits.ts'
import { DEFAULT_PRESETS } from './presets.ts'

export const configOf = (deployments: readonly Deployment[]): Config => ({
  catalogue: new Map(DEFAULT_CATALOGUE.map((model) => [model.id, model])),
  deployments,
  costBooks: DEFAULT_COSTS,
  presets: DEFAULT_PRESETS,
  intake: DEFAULT_INTAKE_LIMITS,
  execute: DEFAULT_EXECUTE_LIMITS,
  files: DEFAULT_FILE_LIMITS,
  messageBatches: DEFAULT_MESSAGE_BATCH_LIMITS,
  retentionMs: DEFAULT_RETENTION_MS,
  longPollMs: DEFAULT_LONG_POLL_MS,
  keyPrefix: DEFAULT_KEY_PREFIX,
  logLevel: DEFAULT_LOG_LEVEL,
  openMetrics: DEFAULT_OPEN_METRICS,
  publicUrl: undefined,
  webhooks: DEFAULT_WEBHOOKS,
  translation: DEFAULT_TRANSLATION,
  connections: DEFAULT_CONNECTIONS,
})
