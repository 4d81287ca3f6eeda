import type { CostEntry } from '../../money/cost-book.ts'
import { halved, PYDANTIC, type Usd } from './rows.ts'

const MODEL_PAGES = "copies of Anthropic's model pages, 2026-10 and 2026-11"
const REPORTS = "write-ups that quote Anthropic's price page, 2026-09 to 2026-11"

const SONNET_4: Usd = { input: '3.00', write: '3.75', write1h: '6.00', cached: '0.30', output: '15.00' }
const OPUS_4: Usd = { input: '5.00', write: '6.25', write1h: '10.00', cached: '0.50', output: '25.00' }
const SONNET_5: Usd = { input: '2.00', write: '2.50', write1h: '4.00', cached: '0.20', output: '10.00' }

export const ANTHROPIC_COSTS: ReadonlyArray<readonly [book: string, entries: readonly CostEntry[]]> = [
  [
    'claude-fable-5-2',
    [halved(REPORTS, { input: '8.00', write: '10.00', write1h: '16.00', cached: '0.20', output: '40.00' })],
  ],
  [
    'claude-fable-5-1',
    [
      halved(MODEL_PAGES, {
        input: '10.00',
        write: '12.50',
        write1h: '20.00',
        cached: '0.25',
        output: '50.00',
      }),
    ],
  ],
  [
    'claude-opus-5-5',
    [halved(MODEL_PAGES, { input: '4.00', write: '5.00', write1h: '8.00', cached: '0.20', output: '20.00' })],
  ],
  ['claude-opus-5', [halved(MODEL_PAGES, OPUS_4)]],
  ['claude-opus-4-8', [halved(PYDANTIC, OPUS_4)]],
  ['claude-opus-4-7', [halved(PYDANTIC, OPUS_4)]],
  ['claude-opus-4-6', [halved(PYDANTIC, OPUS_4)]],
  ['claude-opus-4-5', [halved(PYDANTIC, OPUS_4)]],
  [
    'claude-sonnet-5-5',
    [
      halved(REPORTS, SONNET_5, { until: '2026-10-07T00:00:00Z' }),
      halved(REPORTS, { ...SONNET_5, cached: '0.10' }, { from: '2026-10-07T00:00:00Z' }),
    ],
  ],
  ['claude-sonnet-5', [halved(PYDANTIC, SONNET_5)]],
  ['claude-sonnet-4-6', [halved(PYDANTIC, SONNET_4)]],
  ['claude-sonnet-4-5', [halved(PYDANTIC, SONNET_4)]],
  [
    'claude-haiku-5-5',
    [
      halved(REPORTS, {
        input: '0.10',
        write: '0.125',
        write1h: '0.20',
        cached: '0.01',
        output: '0.50',
        long: {
          above: 100_000,
          usd: { input: '0.50', write: '0.625', write1h: '1.00', cached: '0.05', output: '2.50' },
        },
      }),
    ],
  ],
  [
    'claude-haiku-4-5',
    [halved(PYDANTIC, { input: '1.00', write: '1.25', write1h: '2.00', cached: '0.10', output: '5.00' })],
  ],
]
