import { model } from '../requests.ts'

export const keyVariable = 'SHEEPFOLD_BENCH_PROVIDER_KEY'

export interface GatewayLimits {
  readonly concurrency_max?: number
  readonly concurrency_initial?: number
  readonly interactive_share?: number
}

/** In place of the limits of files that come out of the box. */
export interface FileLimits {
  readonly lines_max?: number
  readonly mib_max?: number
}

/** In place of OpenAI's API: what the model of the bench is behind. */
export interface Behind {
  readonly protocol?: 'anthropic'
  readonly provider_model?: string
}

/** The text of a configuration file: one deployment, everything else as it comes out of the box. */
export const gatewayConfig = (
  upstreamUrl: string,
  limits: GatewayLimits,
  files: FileLimits,
  behind: Behind,
): string =>
  JSON.stringify({
    limits: { files },
    deployments: [
      { id: 'bench', model, base_url: `${upstreamUrl}/v1`, api_key_env: keyVariable, limits, ...behind },
    ],
  })
