/** One model at one provider, under one credential. */
export interface Deployment {
  readonly id: string
  /** The name under which we sell it. */
  readonly model: string
  readonly provider: 'openai' | 'anthropic' | 'gemini' | 'deepseek' | 'compatible'
  /** The name that the provider knows. */
  readonly providerModel: string
  /** Absolute, without a trailing slash. */
  readonly baseUrl: string
  readonly apiKey: string
  /** A note for people: where it runs. */
  readonly region?: string
  /** Share of the requests beside other deployments of the model; 0 is a standby. */
  readonly weight: number
  readonly limits: DeploymentLimits
  /** Asked for where the provider wants a limit of the output and a request has none. */
  readonly outputTokensDefault: number
  /** The name of the book that holds what its tokens cost us. */
  readonly costBook: string
}

export interface DeploymentLimits {
  readonly concurrencyMax: number
  /** Where the search for the provider's own limit begins when nothing was learnt before. */
  readonly concurrencyInitial: number
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly firstByteMsMax: number
  readonly totalMsMax: number
  /** The part of concurrency and rates, from 0 to 0.9, that is for interactive calls; see `gate/lanes.ts`. */
  readonly interactiveShare: number
}
