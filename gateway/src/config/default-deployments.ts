import type { Deployment } from '../provider/deployment.ts'
import { type CatalogueModel, DEFAULT_CATALOGUE, type Maker } from './catalogue.ts'
import { DEFAULT_OUTPUT_TOKENS, defaultDeploymentLimits } from './default-limits.ts'
import type { Environment } from './environment.ts'
import { baseUrlOf, MAKERS, type ProtocolName } from './protocols.ts'

/** Where no file lists deployments: each maker's models under the key that its own client libraries read. */
export const environmentDeployments = (
  env: Environment,
  catalogue: readonly CatalogueModel[] = DEFAULT_CATALOGUE,
): Deployment[] =>
  catalogue.flatMap((model) => {
    const { maker } = model
    const { keyVariable } = MAKERS[maker]
    const apiKey = env[keyVariable]
    if (!apiKey) return []
    const access = { protocol: maker, baseUrl: environmentBaseUrl(maker, env), apiKey }
    return [deploymentAt(maker, access, model)]
  })

const environmentBaseUrl = (maker: Maker, env: Environment): string => {
  const { baseUrlVariable, versionAdded } = MAKERS[maker]
  const given = env[baseUrlVariable]
  return given ? withoutSlash(given) + versionAdded : baseUrlOf(maker)
}

/** The simulator behind every model, in its maker's own language. `origin` is its address, without a path. */
export const simulatedDeployments = (origin: string): Deployment[] =>
  DEFAULT_CATALOGUE.map((model) => {
    const { maker } = model
    const baseUrl = withoutSlash(origin) + MAKERS[maker].version
    return deploymentAt('simulator', { protocol: maker, baseUrl, apiKey: 'sk-simulated' }, model)
  })

interface Access {
  readonly protocol: ProtocolName
  readonly baseUrl: string
  readonly apiKey: string
}

const deploymentAt = (name: string, access: Access, model: CatalogueModel): Deployment => ({
  id: `${name}/${model.id}`,
  model: model.id,
  provider: access.protocol,
  providerModel: model.providerModel,
  baseUrl: access.baseUrl,
  apiKey: access.apiKey,
  weight: 1,
  limits: defaultDeploymentLimits(access.protocol),
  outputTokensDefault: DEFAULT_OUTPUT_TOKENS,
  costBook: model.costBook,
})

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')
