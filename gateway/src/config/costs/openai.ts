import type { CostEntry } from '../../money/cost-book.ts'
import { halved, PYDANTIC, type Usd, type Validity } from './rows.ts'

const MODEL_PAGES = "copies of OpenAI's model pages, 2026-10 and 2026-11"
const REPORTS = "write-ups that quote OpenAI's price page, 2026-09 to 2026-11"

const model = (source: string, input: string, cached: string, output: string): readonly CostEntry[] => [
  halved(source, { input, cached, output }),
]

/** From GPT-5.4 on, a request above 272,000 tokens costs twice as much for input, and half as much again for output. */
const LONG_TOKENS = 272_000

const large = (source: string, usd: Usd, long: Usd, validity: Validity = {}): CostEntry =>
  halved(source, { ...usd, long: { above: LONG_TOKENS, usd: long } }, validity)

/** Embeddings have no cache and no output. */
const embedding = (input: string): readonly CostEntry[] => [halved(PYDANTIC, { input, output: '0' })]

export const OPENAI_COSTS: ReadonlyArray<readonly [book: string, entries: readonly CostEntry[]]> = [
  [
    'gpt-6-astra',
    [
      large(
        PYDANTIC,
        { input: '10.00', cached: '1.00', write: '12.50', output: '50.00' },
        { input: '20.00', cached: '2.00', write: '25.00', output: '75.00' },
      ),
    ],
  ],
  [
    'gpt-6.1-sol',
    [
      large(
        REPORTS,
        { input: '2.00', cached: '0.10', write: '2.50', output: '10.00' },
        { input: '4.00', cached: '0.20', write: '5.00', output: '15.00' },
      ),
    ],
  ],
  [
    'gpt-6-sol',
    [
      large(
        PYDANTIC,
        { input: '2.00', cached: '0.20', write: '2.50', output: '10.00' },
        { input: '4.00', cached: '0.40', write: '5.00', output: '15.00' },
      ),
    ],
  ],
  ['gpt-6.1-terra', [halved(REPORTS, { input: '1.00', cached: '0.05', write: '1.25', output: '5.00' })]],
  ['gpt-6-luna', [halved(MODEL_PAGES, { input: '0.10', cached: '0.01', write: '0.125', output: '0.50' })]],
  [
    'gpt-5.6-sol',
    [
      large(
        PYDANTIC,
        { input: '5.00', cached: '0.50', write: '6.25', output: '30.00' },
        { input: '10.00', cached: '1.00', write: '12.50', output: '45.00' },
        { until: '2026-08-21T00:00:00Z' },
      ),
      large(
        PYDANTIC,
        { input: '4.00', cached: '0.40', write: '5.00', output: '20.00' },
        { input: '8.00', cached: '0.80', write: '10.00', output: '30.00' },
        { from: '2026-08-21T00:00:00Z' },
      ),
    ],
  ],
  [
    'gpt-5.6-terra',
    [
      halved(
        PYDANTIC,
        { input: '2.00', cached: '0.20', write: '2.50', output: '12.00' },
        { from: '2026-07-30T00:00:00Z' },
      ),
    ],
  ],
  [
    'gpt-5.6-luna',
    [
      halved(
        PYDANTIC,
        { input: '0.20', cached: '0.02', write: '0.25', output: '1.20' },
        { from: '2026-07-30T00:00:00Z' },
      ),
    ],
  ],
  [
    'gpt-5.5',
    [
      large(
        PYDANTIC,
        { input: '5.00', cached: '0.50', output: '30.00' },
        { input: '10.00', cached: '1.00', output: '45.00' },
      ),
    ],
  ],
  [
    'gpt-5.4',
    [
      large(
        PYDANTIC,
        { input: '2.50', cached: '0.25', output: '15.00' },
        { input: '5.00', cached: '0.50', output: '22.50' },
      ),
    ],
  ],
  ['gpt-5.4-mini', model(PYDANTIC, '0.75', '0.075', '4.50')],
  ['gpt-5.4-nano', model(PYDANTIC, '0.20', '0.02', '1.25')],
  ['gpt-5.1', model(PYDANTIC, '1.25', '0.125', '10.00')],
  ['gpt-5', model(PYDANTIC, '1.25', '0.125', '10.00')],
  ['gpt-5-mini', model(PYDANTIC, '0.25', '0.025', '2.00')],
  ['gpt-5-nano', model(PYDANTIC, '0.05', '0.005', '0.40')],
  ['gpt-4.1', model(PYDANTIC, '2.00', '0.50', '8.00')],
  ['gpt-4.1-mini', model(PYDANTIC, '0.40', '0.10', '1.60')],
  ['gpt-4.1-nano', model(PYDANTIC, '0.10', '0.025', '0.40')],
  ['gpt-4o', model(PYDANTIC, '2.50', '1.25', '10.00')],
  ['gpt-4o-mini', model(PYDANTIC, '0.15', '0.075', '0.60')],
  ['o3', model(PYDANTIC, '2.00', '0.50', '8.00')],
  ['o4-mini', model(PYDANTIC, '1.10', '0.275', '4.40')],
  ['text-embedding-3-small', embedding('0.02')],
  ['text-embedding-3-large', embedding('0.13')],
]
