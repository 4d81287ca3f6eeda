import type { AnswerKind } from '../../../batch/answer-frame.ts'
import type { KeptUsage } from '../../../money/usage.ts'
import { byName, type MetricGroup, type Sample, usd } from '../metric.ts'
import type { Sources } from '../sources.ts'
import type { Spending } from '../spending.ts'
import { MODEL, SOURCE } from './labels.ts'

const BOOKS = 'It starts at 0 with the process; what counts are the books, see `sheepfold audit`.'

export const MONEY: MetricGroup<Sources> = {
  title: 'Answers, tokens, money',
  rows: [
    {
      name: 'sheepfold_answers_total',
      type: 'counter',
      unit: 'requests',
      labels: { ...MODEL, kind: '`succeeded`, `failed`, `expired`, `cancelled`' },
      means: 'Requests of batches that got their one answer.',
      surprise:
        '`failed`: requests that their provider refuses, or that failed for too long. `expired`: windows too short for the queue.',
      read: ({ execute }) =>
        [...execute.models.entries()].flatMap(([model, { answers }]) =>
          byName<number>('kind', Object.entries(answers) as Array<[AnswerKind, number]>, (count) => count, {
            model,
          }),
        ),
    },
    {
      name: 'sheepfold_tokens_total',
      type: 'counter',
      unit: 'tokens',
      labels: { ...MODEL, ...SOURCE, kind: '`prompt`, `cached`, `cache_write`, `completion`, `reasoning`' },
      means:
        'Tokens of answers. `cached` and `cache_write` are parts of `prompt`, `reasoning` is a part of `completion`.',
      surprise: 'Many `reasoning`: they are paid as output although nobody sees them.',
      read: (sources) => perSource(sources, tokensOf),
    },
    {
      name: 'sheepfold_charge_usd_total',
      type: 'counter',
      unit: 'USD',
      labels: { ...MODEL, ...SOURCE },
      means: `What accounts were charged. ${BOOKS}`,
      surprise: 'Below `sheepfold_cost_usd_total`: a price that does not cover its cost.',
      read: (sources) => amounts(sources, ({ charge }) => charge),
    },
    {
      name: 'sheepfold_list_charge_usd_total',
      type: 'counter',
      unit: 'USD',
      labels: { ...MODEL, ...SOURCE },
      means: `What the same tokens cost at list price: the savings are the difference. ${BOOKS}`,
      surprise: 'Equal to the charge: the model has one price for both.',
      read: (sources) => amounts(sources, ({ listCharge }) => listCharge),
    },
    {
      name: 'sheepfold_cost_usd_total',
      type: 'counter',
      unit: 'USD',
      labels: { ...MODEL, ...SOURCE },
      means: `What providers take for answers that are kept. ${BOOKS}`,
      surprise:
        '0 while there is a charge: no cost book knows the model, see `sheepfold_cost_unknown_answers_total`.',
      read: (sources) => amounts(sources, ({ cost }) => cost),
    },
    {
      name: 'sheepfold_waste_usd_total',
      type: 'counter',
      unit: 'USD',
      labels: { ...MODEL, ...SOURCE },
      means: `What providers take for answers that nobody gets. ${BOOKS}`,
      surprise:
        'More than a thousandth of the cost: workers lose their leases, or die in the middle of their work.',
      read: (sources) => amounts(sources, ({ waste }) => waste),
    },
    {
      name: 'sheepfold_cost_unknown_answers_total',
      type: 'counter',
      unit: 'requests',
      labels: { ...MODEL, ...SOURCE },
      means: 'Answers whose cost no book knows.',
      surprise: 'Anything but 0: `costs` lacks the book of a deployment.',
      read: (sources) => perSource(sources, (labels, { costUnknown }) => [{ labels, value: costUnknown }]),
    },
  ],
}

const TOKEN_KINDS: Readonly<Record<keyof KeptUsage, string>> = {
  promptTokens: 'prompt',
  cachedTokens: 'cached',
  cacheWriteTokens: 'cache_write',
  completionTokens: 'completion',
  reasoningTokens: 'reasoning',
}

type Source = { readonly model: string; readonly source: string }

const perSource = (
  { execute, realtime }: Sources,
  samplesOf: (labels: Source, spending: Spending) => Sample[],
): Sample[] => [
  ...[...execute.models.entries()].flatMap(([model, { spending }]) =>
    samplesOf({ model, source: 'batch' }, spending),
  ),
  ...[...realtime.models.entries()].flatMap(([model, { spending }]) =>
    samplesOf({ model, source: 'call' }, spending),
  ),
]

const tokensOf = (labels: Source, { tokens }: Spending): Sample[] =>
  (Object.keys(TOKEN_KINDS) as Array<keyof KeptUsage>).map((kind) => ({
    labels: { ...labels, kind: TOKEN_KINDS[kind] },
    value: tokens[kind],
  }))

const amounts = (sources: Sources, amountOf: (spending: Spending) => bigint): Sample[] =>
  perSource(sources, (labels, spending) => [{ labels, value: usd(amountOf(spending)) }])
