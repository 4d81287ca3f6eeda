import { DEFAULT_EXECUTE_LIMITS } from '../execute/limits.ts'
import { DEFAULT_FILE_LIMITS, DEFAULT_INTAKE_LIMITS } from '../intake/limits.ts'
import type { Deployment } from '../provider/deployment.ts'
import { type CatalogueModel, DEFAULT_CATALOGUE } from './catalogue.ts'
import type { Config } from './config.ts'
import { DEFAULT_COSTS } from './default-costs.ts'
import {
  DEFAULT_CONNECTIONS,
  DEFAULT_DEPLOYMENT_LIMITS,
  DEFAULT_KEY_PREFIX,
  DEFAULT_LOG_LEVEL,
  DEFAULT_LONG_POLL_MS,
  DEFAULT_OPEN_METRICS,
  DEFAULT_OUTPUT_TOKENS,
  DEFAULT_RETENTION_MS,
  DEFAULT_TRANSLATION,
  DEFAULT_WEBHOOKS,
} from './default-limits.ts'
import type { Environment } from './environment.ts'
import { DEFAULT_PRESETS } from './presets.ts'
import { PROTOCOLS } from './protocols.ts'

export const configOf = (deployments: readonly Deployment[]): Config => ({
  catalogue: new Map(DEFAULT_CATALOGUE.map((model) => [model.id, model])),
  deployments,
  costBooks: DEFAULT_COSTS,
  presets: DEFAULT_PRESETS,
  intake: DEFAULT_INTAKE_LIMITS,
  execute: DEFAULT_EXECUTE_LIMITS,
  files: DEFAULT_FILE_LIMITS,
  retentionMs: DEFAULT_RETENTION_MS,
  longPollMs: DEFAULT_LONG_POLL_MS,
  keyPrefix: DEFAULT_KEY_PREFIX,
  logLevel: DEFAULT_LOG_LEVEL,
  openMetrics: DEFAULT_OPEN_METRICS,
  webhooks: DEFAULT_WEBHOOKS,
  translation: DEFAULT_TRANSLATION,
  connections: DEFAULT_CONNECTIONS,
})

export interface ProviderAccess {
  /** Absolute; a slash at its end does not matter. */
  readonly baseUrl: string
  readonly apiKey: string
}

/** One deployment for each of these models, all with one credential. */
export const deploymentsAt = (
  name: string,
  { baseUrl, apiKey }: ProviderAccess,
  models: readonly CatalogueModel[],
): Deployment[] =>
  models.map((model) => ({
    id: `${name}/${model.id}`,
    model: model.id,
    provider: 'openai',
    providerModel: model.providerModel,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    apiKey,
    weight: 1,
    limits: DEFAULT_DEPLOYMENT_LIMITS,
    outputTokensDefault: DEFAULT_OUTPUT_TOKENS,
    costBook: model.costBook,
  }))

export const ENVIRONMENT_KEY = 'OPENAI_API_KEY'

/** Where no file lists deployments: the names that the providers' own client libraries use. */
export const environmentDeployments = (
  env: Environment,
  catalogue: readonly CatalogueModel[] = DEFAULT_CATALOGUE,
): Deployment[] => {
  const apiKey = env[ENVIRONMENT_KEY]
  if (!apiKey) return []
  const baseUrl = env.OPENAI_BASE_URL || PROTOCOLS.openai.baseUrl
  const models = catalogue.filter(({ maker }) => maker === 'openai')
  return deploymentsAt('openai', { baseUrl, apiKey }, models)
}

/** The simulator behind every model, whoever makes it. */
export const simulatedDeployments = (baseUrl: string): Deployment[] =>
  deploymentsAt('simulator', { baseUrl, apiKey: 'sk-simulated' }, DEFAULT_CATALOGUE)
