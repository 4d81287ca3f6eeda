import { byName, type MetricGroup, one } from '../metric.ts'
import type { Sources } from '../sources.ts'

export const WEBHOOKS: MetricGroup<Sources> = {
  title: 'Webhooks',
  rows: [
    {
      name: 'sheepfold_webhook_deliveries_total',
      type: 'counter',
      unit: 'attempts',
      labels: {
        outcome: '`delivered`; `failed`, to be tried again or given up; `gone`: the receiver wants no more',
      },
      means: 'Attempts to deliver an event, by what came of them.',
      surprise:
        '`failed` above `delivered`: receivers are down. Their owners see why in their list of deliveries.',
      read: ({ webhooks }) => byName('outcome', webhooks.outcomes.entries(), ({ value }) => value),
    },
    {
      name: 'sheepfold_webhook_delivery_seconds',
      type: 'histogram',
      unit: 'seconds',
      labels: {},
      means: 'How long attempts took, whatever came of them.',
      surprise: 'Near `webhooks.timeout_seconds`: receivers that do not answer hold up the events behind.',
      read: ({ webhooks }) => one(webhooks.seconds),
    },
    {
      name: 'sheepfold_webhooks_disabled_total',
      type: 'counter',
      unit: 'endpoints',
      labels: {},
      means: 'Endpoints that were disabled because nothing arrived there for too long.',
      surprise:
        'Anything but 0: somebody does not hear of their batches any more; the log names the endpoint.',
      read: ({ webhooks }) => one(webhooks.disabled),
    },
  ],
}
