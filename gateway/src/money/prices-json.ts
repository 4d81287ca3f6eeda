import { formatUsd } from './nano.ts'
import type { TokenPrices } from './price.ts'

/** Prices as people and clients read them: USD per million tokens of each kind, as decimal text. */
export const pricesJson = ({ longInput, ...prices }: TokenPrices) => ({
  ...kindsJson(prices),
  ...(longInput === undefined
    ? {}
    : { long_input: { above_tokens: longInput.aboveTokens, ...kindsJson(longInput.prices) } }),
})

const kindsJson = ({ input, cachedInput, cacheWrite, cacheWrite1h, output }: TokenPrices) => ({
  input: formatUsd(input),
  cached_input: formatUsd(cachedInput),
  cache_write: formatUsd(cacheWrite),
  ...(cacheWrite1h === undefined ? {} : { cache_write_1h: formatUsd(cacheWrite1h) }),
  output: formatUsd(output),
})
