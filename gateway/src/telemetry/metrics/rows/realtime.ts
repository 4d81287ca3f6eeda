import { byName, type MetricGroup, one } from '../metric.ts'
import type { Sources } from '../sources.ts'
import { MODEL } from './labels.ts'

export const REALTIME: MetricGroup<Sources> = {
  title: 'Real-time calls',
  rows: [
    {
      name: 'sheepfold_realtime_calls_total',
      type: 'counter',
      unit: 'calls',
      labels: {
        ...MODEL,
        tier: '`list`; `batch` of flex calls, which wait among the batches',
        result:
          '`answered`; `provider_error` passed on; `busy`, `closed`, `failed`, `timeout` as refused by us; ' +
          '`cut` in the middle of a stream; `left` by the client before its answer',
      },
      means: 'Ordinary calls, by what their callers got.',
      surprise: '`busy`: the interactive share of the deployments is too small. `closed`: a gate is shut.',
      read: ({ realtime }) =>
        [...realtime.models.entries()].flatMap(([model, { results }]) =>
          Object.entries(results).flatMap(([tier, counts]) =>
            byName('result', counts.entries(), ({ value }) => value, { model, tier }),
          ),
        ),
    },
    {
      name: 'sheepfold_realtime_call_seconds',
      type: 'histogram',
      unit: 'seconds',
      labels: MODEL,
      means: 'From the whole request to the end of its answer, waits and repeats included.',
      surprise: 'Far above `sheepfold_call_seconds`: calls wait for gates, or are tried again.',
      read: ({ realtime }) => byName('model', realtime.models.entries(), ({ seconds }) => seconds),
    },
    {
      name: 'sheepfold_realtime_first_byte_seconds',
      type: 'histogram',
      unit: 'seconds',
      labels: MODEL,
      means: 'From the whole request to the first piece of a streamed answer.',
      surprise: 'What a person who waits at a chat feels.',
      read: ({ realtime }) =>
        byName('model', realtime.models.entries(), ({ firstByteSeconds }) => firstByteSeconds),
    },
    {
      name: 'sheepfold_realtime_wait_seconds',
      type: 'histogram',
      unit: 'seconds',
      labels: {},
      means: 'How long ordinary calls waited before gates, for each try.',
      surprise: 'Anything but next to nothing while a batch runs: the interactive share is too small.',
      read: ({ execute }) => one(execute.waitSeconds),
    },
  ],
}
