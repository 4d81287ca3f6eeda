import {
  type BatchResult,
  formatUsd,
  type Model,
  type NanoUsd,
  parseUsd,
  type Usage,
} from '@sheepfold/client'

/** What a million tokens of a batch cost. */
export interface TokenPrices {
  readonly input: NanoUsd
  readonly cachedInput: NanoUsd
  readonly output: NanoUsd
}

export interface Pricing {
  /** Undefined where neither the server nor an option tells. */
  readonly prices: TokenPrices | undefined
  costOf(usage: Usage | null): NanoUsd | undefined
  /** With the cost of the tokens where the server does not tell it. */
  priced(result: BatchResult): BatchResult
}

export const pricingOf = (prices: TokenPrices | undefined): Pricing => {
  const costOf = (usage: Usage | null) =>
    prices === undefined || usage === null ? undefined : costOfUsage(usage, prices)
  return {
    prices,
    costOf,
    priced: (result) => {
      if (result.cost !== null) return result
      const cost = costOf(result.usage)
      return cost === undefined ? result : { ...result, cost: formatUsd(cost) }
    },
  }
}

export const perMillion = (tokens: number, price: NanoUsd): NanoUsd =>
  (BigInt(Math.round(tokens)) * price + 500_000n) / 1_000_000n

const costOfUsage = (usage: Usage, prices: TokenPrices): NanoUsd => {
  const cached = Math.min(usage.cached_tokens, usage.prompt_tokens)
  return (
    perMillion(usage.prompt_tokens - cached, prices.input) +
    perMillion(cached, prices.cachedInput) +
    perMillion(usage.completion_tokens, prices.output)
  )
}

/** The batch prices of a model in the list of a Sheepfold server; other servers list none. */
export const listedPrices = (models: readonly Model[], model: string): TokenPrices | undefined => {
  const batch = fieldsOf(fieldsOf(models.find(({ id }) => id === model)?.prices).batch)
  const input = usdOf(batch.input)
  const output = usdOf(batch.output)
  if (input === undefined || output === undefined) return undefined
  return { input, output, cachedInput: usdOf(batch.cached_input) ?? input }
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const usdOf = (value: unknown): NanoUsd | undefined =>
  typeof value === 'string' ? parseUsd(value) : undefined
