import type { CostEntry } from '../../money/cost-book.ts'
import { type Nano, parseUsd } from '../../money/nano.ts'
import { mapPrices, type TokenPrices } from '../../money/price.ts'

/** Where figures are from: data, not truth. Providers change prices several times a year. */
export const CHECKED_ON = '2026-11-24'
export const PYDANTIC = 'the data set @pydantic/genai-prices 0.1.8'

/** USD per million tokens. */
export interface Usd {
  readonly input: string
  /** Absent: nothing is cached, and all input costs the same. */
  readonly cached?: string
  /** Absent: writing to the cache costs no more than input. */
  readonly write?: string
  /** Absent: as `write`. */
  readonly write1h?: string
  readonly output: string
  /** Of requests with a longer input. */
  readonly long?: { readonly above: number; readonly usd: Usd }
}

const usd = (text: string): Nano => {
  const amount = parseUsd(text)
  if (amount === undefined) throw new Error(`"${text}" is no amount in USD`)
  return amount
}

export const prices = ({
  input,
  cached = input,
  write = input,
  write1h,
  output,
  long,
}: Usd): TokenPrices => ({
  input: usd(input),
  cachedInput: usd(cached),
  cacheWrite: usd(write),
  ...(write1h === undefined ? {} : { cacheWrite1h: usd(write1h) }),
  output: usd(output),
  ...(long === undefined ? {} : { longInput: { aboveTokens: long.above, prices: prices(long.usd) } }),
})

/** ISO times between which an entry is in force, and hours of the week. */
export type Validity = { readonly from?: string; readonly until?: string } & Pick<CostEntry, 'hours'>

export const entry = (
  source: string,
  { list, batch, from, until, hours }: { list: TokenPrices; batch: TokenPrices } & Validity,
): CostEntry => ({
  list,
  batch,
  source,
  checkedOn: CHECKED_ON,
  ...(from === undefined ? {} : { from: moment(from) }),
  ...(until === undefined ? {} : { until: moment(until) }),
  ...(hours === undefined ? {} : { hours }),
})

/** A batch costs half of list for all kinds of tokens. */
export const halved = (source: string, list: Usd, validity: Validity = {}): CostEntry => {
  const full = prices(list)
  return entry(source, { list: full, batch: mapPrices(full, (price) => price / 2n), ...validity })
}

// biome-ignore lint/style/noRestrictedGlobals: reads a time that is written here, not the clock
const moment = (written: string): number => Date.parse(written)
