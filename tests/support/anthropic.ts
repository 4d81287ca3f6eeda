import Anthropic from '@anthropic-ai/sdk'
import type { Config } from '@sheepfold/gateway'
import type { TestGateway } from './gateway.ts'

type Server = Pick<TestGateway, 'url' | 'key'>

/** The official client with its default settings, for the key of the server or another one. */
export const anthropicOf = ({ url, key }: Server, apiKey = key): Anthropic =>
  new Anthropic({ apiKey, baseURL: url })

/** Why a call was refused. */
export const refusalOf = async (what: Promise<unknown>): Promise<InstanceType<typeof Anthropic.APIError>> => {
  const error = await what.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Anthropic.APIError) return error
  throw new Error(`it was not refused: ${error}`)
}

/** Moves a model to a provider that speaks Anthropic's format; its address is without `/v1`. */
export const atAnthropic =
  (model: string, provider: string) =>
  (config: Config): Config => ({
    ...config,
    deployments: config.deployments.map((deployment) =>
      deployment.model === model
        ? { ...deployment, provider: 'anthropic', baseUrl: `${provider}/v1` }
        : deployment,
    ),
  })
