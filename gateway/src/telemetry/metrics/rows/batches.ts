import { byName, type MetricGroup, one } from '../metric.ts'
import type { Sources } from '../sources.ts'

export const BATCHES: MetricGroup<Sources> = {
  title: 'Batches',
  rows: [
    {
      name: 'sheepfold_batches_accepted_total',
      type: 'counter',
      unit: 'batches',
      labels: { dialect: '`native`, `openai`' },
      means: 'Batches that were taken; repeats of a create are not among them.',
      surprise: 'None while clients call: see `sheepfold_http_requests_total` for what they are answered.',
      read: ({ batches }) => byName('dialect', batches.acceptedBy.entries(), ({ value }) => value),
    },
    {
      name: 'sheepfold_batch_requests_accepted_total',
      type: 'counter',
      unit: 'requests',
      labels: {},
      means: 'Requests of batches that were taken.',
      surprise: 'Faster than `sheepfold_answers_total`: the queue grows.',
      read: ({ batches }) => one(batches.requests),
    },
    {
      name: 'sheepfold_batches_ended_total',
      type: 'counter',
      unit: 'batches',
      labels: { outcome: '`completed`, `cancelled`, `expired`, `failed`' },
      means:
        'Batches that ended in this process; those that failed from the start, by their input, are not among them.',
      surprise: '`expired`: the window was too short for the queue.',
      read: ({ batches }) => byName('outcome', batches.endedAs.entries(), ({ value }) => value),
    },
    {
      name: 'sheepfold_batch_seconds',
      type: 'histogram',
      unit: 'seconds',
      labels: {},
      means: 'How long batches took, from their acceptance to their end.',
      surprise: 'It says more about the size of batches than about the server; compare like with like.',
      read: ({ batches }) => one(batches.seconds),
    },
  ],
}
