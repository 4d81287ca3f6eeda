import type { CostEntry } from '../../money/cost-book.ts'
import type { Hours } from '../../money/hours.ts'
import { entry, prices, type Usd, type Validity } from './rows.ts'

const PRICE_PAGE = 'a copy of the pricing page of api-docs.deepseek.com, 2026-11-15'
const HISTORY = 'copies of the pricing page of api-docs.deepseek.com, 2025 and 2026'

/** As the State Council announced them for 2026: later years are added when they are announced. */
const HOLIDAYS: ReadonlyArray<readonly [month: string, first: number, last: number]> = [
  ['2026-01', 1, 3],
  ['2026-02', 15, 23],
  ['2026-04', 4, 6],
  ['2026-05', 1, 5],
  ['2026-06', 19, 21],
  ['2026-09', 25, 27],
  ['2026-10', 1, 7],
]

const holidays: ReadonlySet<string> = new Set(
  HOLIDAYS.flatMap(([month, first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => `${month}-${String(first + at).padStart(2, '0')}`),
  ),
)

const BEIJING_MINUTES = 480
const SPANS = [
  { from: 9 * 60, until: 12 * 60 },
  { from: 14 * 60, until: 18 * 60 },
]

const DAILY_PEAK: Hours = {
  utcOffsetMinutes: BEIJING_MINUTES,
  weekdays: new Set([1, 2, 3, 4, 5, 6, 7]),
  except: new Set(),
  spans: SPANS,
}

const WORKDAY_PEAK: Hours = { ...DAILY_PEAK, weekdays: new Set([1, 2, 3, 4, 5]), except: holidays }

/** There is no batch price: a batch may wait, so it is sold at what its tokens cost off-peak. */
const twoPrices = (
  source: string,
  { peak, offPeak, hours }: { peak: Usd; offPeak: Usd; hours: Hours },
  validity: Validity = {},
): readonly CostEntry[] => {
  const batch = prices(offPeak)
  return [
    entry(source, { list: prices(peak), batch, ...validity, hours }),
    entry(source, { list: batch, batch, ...validity }),
  ]
}

const onePrice = (list: Usd, validity: Validity): CostEntry =>
  entry(HISTORY, { list: prices(list), batch: prices(list), ...validity })

const PEAKS_BEGIN = '2026-08-16T16:00:00Z'
const WORKDAYS_BEGIN = '2026-09-10T00:00:00Z'
const V4 = '2026-04-01T00:00:00Z'

const PRO = {
  peak: { input: '1.32', cached: '0.044', output: '3.96' },
  offPeak: { input: '0.66', cached: '0.022', output: '1.98' },
}

export const DEEPSEEK_COSTS: ReadonlyArray<readonly [book: string, entries: readonly CostEntry[]]> = [
  [
    'deepseek-flash',
    [
      onePrice(
        { input: '0.56', cached: '0.07', output: '1.68' },
        { from: '2025-09-05T16:00:00Z', until: '2025-09-29T00:00:00Z' },
      ),
      onePrice(
        { input: '0.28', cached: '0.028', output: '0.42' },
        { from: '2025-09-29T00:00:00Z', until: V4 },
      ),
      onePrice({ input: '0.14', cached: '0.0028', output: '0.28' }, { from: V4, until: PEAKS_BEGIN }),
      ...twoPrices(
        HISTORY,
        {
          peak: { input: '0.44', cached: '0.014', output: '1.32' },
          offPeak: { input: '0.22', cached: '0.007', output: '0.66' },
          hours: DAILY_PEAK,
        },
        { from: PEAKS_BEGIN, until: WORKDAYS_BEGIN },
      ),
      ...twoPrices(
        PRICE_PAGE,
        {
          peak: { input: '0.30', cached: '0.006', output: '1.20' },
          offPeak: { input: '0.15', cached: '0.003', output: '0.60' },
          hours: WORKDAY_PEAK,
        },
        { from: WORKDAYS_BEGIN },
      ),
    ],
  ],
  [
    'deepseek-v4-pro',
    [
      onePrice({ input: '0.435', cached: '0.003625', output: '0.87' }, { from: V4, until: PEAKS_BEGIN }),
      ...twoPrices(HISTORY, { ...PRO, hours: DAILY_PEAK }, { from: PEAKS_BEGIN, until: WORKDAYS_BEGIN }),
      ...twoPrices(PRICE_PAGE, { ...PRO, hours: WORKDAY_PEAK }, { from: WORKDAYS_BEGIN }),
    ],
  ],
]
