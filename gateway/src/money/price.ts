import type { Nano } from './nano.ts'
import type { Usage } from './usage.ts'

/** Nano-USD for a million tokens of each kind. */
export interface TokenPrices {
  /** Input that was neither read from nor written to a cache. */
  readonly input: Nano
  readonly cachedInput: Nano
  readonly cacheWrite: Nano
  /** Input written to a cache that keeps it for an hour; absent: as `cacheWrite`. */
  readonly cacheWrite1h?: Nano
  /** All output, reasoning included. */
  readonly output: Nano
  /** The prices of all tokens of a request whose input is longer. */
  readonly longInput?: LongInputPrices
}

export interface LongInputPrices {
  /** They hold for requests with more tokens of input than this. */
  readonly aboveTokens: number
  readonly prices: TokenPrices
}

/** What a model of ours is sold at. Frozen with a batch; depends on what was bought, never on what ran. */
export interface SellPrice {
  readonly list: TokenPrices
  readonly batch: TokenPrices
}

const TOKENS_PER_MTOK = 1_000_000n

/** Σ tokens × price ÷ 10⁶ over the kinds, rounded once, half up. */
export const priceOf = (usage: Usage, given: TokenPrices): Nano => {
  const prices = pricesFor(usage.promptTokens, given)
  const { cachedTokens, cacheWriteTokens, cacheWrite1hTokens = 0 } = usage
  const total =
    times(usage.promptTokens - cachedTokens - cacheWriteTokens, prices.input) +
    times(cachedTokens, prices.cachedInput) +
    times(cacheWriteTokens - cacheWrite1hTokens, prices.cacheWrite) +
    times(cacheWrite1hTokens, prices.cacheWrite1h ?? prices.cacheWrite) +
    times(usage.completionTokens, prices.output)
  return (total + TOKENS_PER_MTOK / 2n) / TOKENS_PER_MTOK
}

const pricesFor = (inputTokens: number, prices: TokenPrices): TokenPrices =>
  prices.longInput && inputTokens > prices.longInput.aboveTokens
    ? pricesFor(inputTokens, prices.longInput.prices)
    : prices

/** Of input that is none of one request's: how long each request is, it does not say. */
export const withoutLongInput = ({ longInput: _, ...prices }: TokenPrices): TokenPrices => prices

/** Each price changed in the same way, those of long input too. */
export const mapPrices = (prices: TokenPrices, change: (price: Nano) => Nano): TokenPrices => ({
  input: change(prices.input),
  cachedInput: change(prices.cachedInput),
  cacheWrite: change(prices.cacheWrite),
  ...(prices.cacheWrite1h === undefined ? {} : { cacheWrite1h: change(prices.cacheWrite1h) }),
  output: change(prices.output),
  ...(prices.longInput === undefined
    ? {}
    : { longInput: { ...prices.longInput, prices: mapPrices(prices.longInput.prices, change) } }),
})

/** Most answers have tokens of two kinds only, and this runs three times for each. */
const times = (tokens: number, price: Nano): Nano => (tokens === 0 ? 0n : BigInt(tokens) * price)

/** One figure for all tokens, input and output alike. */
export const flatPrices = (price: Nano): TokenPrices => ({
  input: price,
  cachedInput: price,
  cacheWrite: price,
  output: price,
})

/** The frozen prices of a batch, by model of ours. */
export type SellBook = ReadonlyMap<string, SellPrice>

/** Prices as decimal strings of nano-USD: how the frozen prices of a batch lie in its row. */
export const encodeSell = (book: SellBook): string =>
  JSON.stringify(Object.fromEntries(book), (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )

interface EncodedPrices extends Readonly<Record<'input' | 'cachedInput' | 'cacheWrite' | 'output', string>> {
  readonly cacheWrite1h?: string
  readonly longInput?: { readonly aboveTokens: number; readonly prices: EncodedPrices }
}

const decodePrices = ({ cacheWrite1h, longInput, ...encoded }: EncodedPrices): TokenPrices => ({
  input: BigInt(encoded.input),
  cachedInput: BigInt(encoded.cachedInput),
  cacheWrite: BigInt(encoded.cacheWrite),
  ...(cacheWrite1h === undefined ? {} : { cacheWrite1h: BigInt(cacheWrite1h) }),
  output: BigInt(encoded.output),
  ...(longInput === undefined
    ? {}
    : { longInput: { aboveTokens: longInput.aboveTokens, prices: decodePrices(longInput.prices) } }),
})

export const decodeSell = (text: string): SellBook => {
  const encoded = JSON.parse(text) as Record<string, { list: EncodedPrices; batch: EncodedPrices }>
  const prices = Object.entries(encoded).map(
    ([model, { list, batch }]) => [model, { list: decodePrices(list), batch: decodePrices(batch) }] as const,
  )
  return new Map(prices)
}

/** The models of a batch: their prices are frozen, and it has no request of another one. */
export const sellModels = (text: string): string[] => Object.keys(JSON.parse(text) as Record<string, unknown>)

/** The frozen price of one model of a batch; a batch never has a request of a model without one. */
export const frozenSell = (text: string, model: string): SellPrice => {
  const price = decodeSell(text).get(model)
  if (!price) throw new Error(`a batch has no frozen price for its model "${model}"`)
  return price
}
