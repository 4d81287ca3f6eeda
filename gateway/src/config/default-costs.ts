import type { CostBooks, CostEntry } from '../money/cost-book.ts'
import { type Nano, parseUsd } from '../money/nano.ts'
import { flatPrices, type TokenPrices } from '../money/price.ts'

/** Data, not truth: providers change prices several times a year. An installation puts its own in their place. */
const CHECKED_ON = '2026-11-24'
const PYDANTIC = 'the data set @pydantic/genai-prices 0.1.8'
const DEEPSEEK = 'a copy of the pricing page of api-docs.deepseek.com, 2026-11-15'

/** USD per million tokens: input, cached input, cache write, output. */
type Row = readonly [input: string, cachedInput: string, cacheWrite: string, output: string]

const usd = (text: string): Nano => {
  const amount = parseUsd(text)
  if (amount === undefined) throw new Error(`"${text}" is no amount in USD`)
  return amount
}

const prices = ([input, cachedInput, cacheWrite, output]: Row): TokenPrices => ({
  input: usd(input),
  cachedInput: usd(cachedInput),
  cacheWrite: usd(cacheWrite),
  output: usd(output),
})

const entry = (list: Row, batch: Row, source: string): readonly CostEntry[] => [
  { list: prices(list), batch: prices(batch), source, checkedOn: CHECKED_ON },
]

/** Embeddings have no cache, so all input costs the same, and no output that could cost anything. */
const embedding = (list: string, batch: string, source: string): readonly CostEntry[] =>
  entry([list, list, list, '0'], [batch, batch, batch, '0'], source)

/** Of servers that the installation runs itself: what they cost does not go by tokens. */
export const OWN_SERVER_BOOK = 'own-server'

const FREE: TokenPrices = flatPrices(0n)

export const DEFAULT_COSTS: CostBooks = new Map([
  ['gpt-4.1', entry(['2.00', '0.50', '2.00', '8.00'], ['1.00', '0.25', '1.00', '4.00'], PYDANTIC)],
  ['gpt-4.1-mini', entry(['0.40', '0.10', '0.40', '1.60'], ['0.20', '0.05', '0.20', '0.80'], PYDANTIC)],
  ['gpt-4.1-nano', entry(['0.10', '0.025', '0.10', '0.40'], ['0.05', '0.0125', '0.05', '0.20'], PYDANTIC)],
  ['gpt-4o', entry(['2.50', '1.25', '2.50', '10.00'], ['1.25', '0.625', '1.25', '5.00'], PYDANTIC)],
  ['gpt-4o-mini', entry(['0.15', '0.075', '0.15', '0.60'], ['0.075', '0.0375', '0.075', '0.30'], PYDANTIC)],
  ['text-embedding-3-small', embedding('0.02', '0.01', PYDANTIC)],
  ['text-embedding-3-large', embedding('0.13', '0.065', PYDANTIC)],
  [
    'claude-sonnet-4-5',
    entry(['3.00', '0.30', '3.75', '15.00'], ['1.50', '0.15', '1.875', '7.50'], PYDANTIC),
  ],
  ['gemini-2.5-flash', entry(['0.30', '0.03', '0.30', '2.50'], ['0.15', '0.03', '0.15', '1.25'], PYDANTIC)],
  [
    'gemini-2.5-flash-lite',
    entry(['0.10', '0.01', '0.10', '0.40'], ['0.05', '0.01', '0.05', '0.20'], PYDANTIC),
  ],
  // No batch price of its own: off-peak is what a batch may wait for. Peak hours cost twice as much.
  ['deepseek-flash', entry(['0.15', '0.003', '0.15', '0.60'], ['0.15', '0.003', '0.15', '0.60'], DEEPSEEK)],
  [OWN_SERVER_BOOK, [{ list: FREE, batch: FREE, source: 'it is nobody else who is paid' }]],
])
