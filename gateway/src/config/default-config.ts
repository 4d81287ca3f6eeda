import { DEFAULT_EXECUTE_LIMITS } from '../execute/limits.ts'
import { DEFAULT_INTAKE_LIMITS } from '../intake/limits.ts'
import type { Deployment } from '../provider/deployment.ts'
import { type CatalogueModel, DEFAULT_CATALOGUE } from './catalogue.ts'
import type { Config } from './config.ts'
import { DEFAULT_COSTS } from './default-costs.ts'
import {
  DEFAULT_DEPLOYMENT_LIMITS,
  DEFAULT_KEY_PREFIX,
  DEFAULT_LONG_POLL_MS,
  DEFAULT_RETENTION_MS,
} from './default-limits.ts'
import { DEFAULT_PRESETS } from './presets.ts'

export const configOf = (deployments: readonly Deployment[]): Config => ({
  catalogue: new Map(DEFAULT_CATALOGUE.map((model) => [model.id, model])),
  deployments,
  costBooks: DEFAULT_COSTS,
  presets: DEFAULT_PRESETS,
  intake: DEFAULT_INTAKE_LIMITS,
  execute: DEFAULT_EXECUTE_LIMITS,
  retentionMs: DEFAULT_RETENTION_MS,
  longPollMs: DEFAULT_LONG_POLL_MS,
  keyPrefix: DEFAULT_KEY_PREFIX,
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
    costBook: model.costBook,
  }))

/** Without a configuration file: the names that the providers' own client libraries use. */
export const environmentDeployments = (env: Readonly<Record<string, string | undefined>>): Deployment[] => {
  const apiKey = env.OPENAI_API_KEY
  if (!apiKey) return []
  const baseUrl = env.OPENAI_BASE_URL || 'https://api.openai.com/v1'
  const models = DEFAULT_CATALOGUE.filter(({ maker }) => maker === 'openai')
  return deploymentsAt('openai', { baseUrl, apiKey }, models)
}

/** The simulator behind every model, whoever makes it. */
export const simulatedDeployments = (baseUrl: string): Deployment[] =>
  deploymentsAt('simulator', { baseUrl, apiKey: 'sk-simulated' }, DEFAULT_CATALOGUE)
