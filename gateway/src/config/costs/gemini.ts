import type { CostEntry } from '../../money/cost-book.ts'
import { mapPrices, type TokenPrices } from '../../money/price.ts'
import { entry, PYDANTIC, prices, type Usd, type Validity } from './rows.ts'

const PRICE_PAGE = 'a transcription of ai.google.dev/gemini-api/docs/pricing, 2026-10-07'

/** Half of list for input and output; what is read from the cache costs the same in a batch. */
const halved = (list: TokenPrices): TokenPrices => ({
  ...mapPrices(list, (price) => price / 2n),
  cachedInput: list.cachedInput,
  ...(list.longInput === undefined
    ? {}
    : { longInput: { ...list.longInput, prices: halved(list.longInput.prices) } }),
})

const model = (source: string, list: Usd, validity: Validity = {}): CostEntry => {
  const full = prices(list)
  return entry(source, { list: full, batch: halved(full), ...validity })
}

/** The tier is chosen by the input of the single request. */
const LONG_TOKENS = 200_000

const NEW_YEAR = '2027-01-01T00:00:00Z'
const FLASH_3_8: readonly CostEntry[] = [
  model(PYDANTIC, { input: '0.75', cached: '0.075', output: '3.75' }, { until: NEW_YEAR }),
  model(PYDANTIC, { input: '1.50', cached: '0.15', output: '7.50' }, { from: NEW_YEAR }),
]

/** Embeddings have no cache and no output. */
const embedding = (source: string, input: string): readonly CostEntry[] => [
  model(source, { input, output: '0' }),
]

export const GEMINI_COSTS: ReadonlyArray<readonly [book: string, entries: readonly CostEntry[]]> = [
  ['gemini-3.8-flash', FLASH_3_8],
  ['gemini-3.6-flash', FLASH_3_8],
  ['gemini-3.5-flash', [model(PRICE_PAGE, { input: '1.50', cached: '0.15', output: '9.00' })]],
  ['gemini-3.5-flash-lite', [model(PRICE_PAGE, { input: '0.30', cached: '0.03', output: '2.50' })]],
  [
    'gemini-3.1-pro-preview',
    [
      model(PRICE_PAGE, {
        input: '2.00',
        cached: '0.20',
        output: '12.00',
        long: { above: LONG_TOKENS, usd: { input: '4.00', cached: '0.40', output: '18.00' } },
      }),
    ],
  ],
  ['gemini-3.1-flash-lite', [model(PYDANTIC, { input: '0.25', cached: '0.025', output: '1.50' })]],
  ['gemini-3-flash-preview', [model(PYDANTIC, { input: '0.50', cached: '0.05', output: '3.00' })]],
  [
    'gemini-2.5-pro',
    [
      model(PRICE_PAGE, {
        input: '1.25',
        cached: '0.125',
        output: '10.00',
        long: { above: LONG_TOKENS, usd: { input: '2.50', cached: '0.25', output: '15.00' } },
      }),
    ],
  ],
  ['gemini-2.5-flash', [model(PRICE_PAGE, { input: '0.30', cached: '0.03', output: '2.50' })]],
  ['gemini-2.5-flash-lite', [model(PRICE_PAGE, { input: '0.10', cached: '0.01', output: '0.40' })]],
  ['gemini-embedding-001', embedding(PYDANTIC, '0.15')],
  ['gemini-embedding-2', embedding(PRICE_PAGE, '0.20')],
]
