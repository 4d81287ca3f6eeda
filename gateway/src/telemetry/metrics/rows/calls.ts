import type { CallCounts } from '../execute-counts.ts'
import { byName, type MetricGroup, type Sample } from '../metric.ts'
import type { Sources } from '../sources.ts'
import { DEPLOYMENT, SOURCE } from './labels.ts'

const CLASSES = 'one of the classes of the table below'

export const CALLS: MetricGroup<Sources> = {
  title: 'Calls to providers',
  rows: [
    {
      name: 'sheepfold_calls_total',
      type: 'counter',
      unit: 'calls',
      labels: { ...DEPLOYMENT, ...SOURCE, outcome: `\`success\`, or ${CLASSES}` },
      means: 'Calls to providers that are over, by what they came to.',
      surprise:
        'Its rate of `success` is the rate of work. Any other one that is not near 0 is explained below.',
      read: (sources) =>
        perSource(sources, (labels, { outcomes }) =>
          byName('outcome', outcomes.entries(), ({ value }) => value, labels),
        ),
    },
    {
      name: 'sheepfold_call_seconds',
      type: 'histogram',
      unit: 'seconds',
      labels: { ...DEPLOYMENT, ...SOURCE },
      means: 'How long calls took, from their first byte out to the last byte in, whatever they came to.',
      surprise:
        'A share near `first_byte_seconds_max` or `total_seconds_max`: calls are given up and tried again.',
      read: (sources) => perSource(sources, (labels, { seconds }) => [{ labels, value: seconds }]),
    },
    {
      name: 'sheepfold_retries_total',
      type: 'counter',
      unit: 'calls',
      labels: { ...DEPLOYMENT, reason: CLASSES },
      means: 'Failed calls of batches whose request is sent once more.',
      surprise:
        '`throttled` is how the limit is found, and costs nothing. Others in numbers: the provider is ill.',
      read: ({ execute }) =>
        [...execute.deployments.entries()].flatMap(([deployment, { retries }]) =>
          byName('reason', retries.entries(), ({ value }) => value, { deployment }),
        ),
    },
  ],
}

const perSource = (
  { execute }: Sources,
  samplesOf: (labels: { deployment: string; source: string }, counts: CallCounts) => Sample[],
): Sample[] =>
  [...execute.deployments.entries()].flatMap(([deployment, { batch, call }]) =>
    Object.entries({ batch, call }).flatMap(([source, counts]) => samplesOf({ deployment, source }, counts)),
  )
