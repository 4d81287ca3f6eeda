import { byName, type MetricGroup, one, type Sample } from '../metric.ts'
import type { Sources } from '../sources.ts'
import { MODEL } from './labels.ts'

export const QUEUE: MetricGroup<Sources> = {
  title: 'Queue and shards',
  rows: [
    {
      name: 'sheepfold_queue_requests',
      type: 'gauge',
      unit: 'requests',
      labels: {
        ...MODEL,
        state:
          '`waiting` in shards that nobody runs; of those that run here: `ready`, `in_flight`, `delayed`',
      },
      means:
        'Requests of batches without an answer, by what they wait for: a worker, a gate, their provider, a retry.',
      surprise:
        '`waiting` that only grows: more comes in than deployments can take. `delayed` above `in_flight`: most calls ' +
        'fail, see `sheepfold_calls_total`. It is looked up every 5 s at most, and missing where the store does not answer.',
      read: queueSamples,
    },
    {
      name: 'sheepfold_shards',
      type: 'gauge',
      unit: 'shards',
      labels: { state: '`waiting`, `running`' },
      means: 'Shards that are not sealed yet, over all models.',
      surprise:
        'Waiting ones and none running: the worker has no lease, no room or no open gate; see `/readyz`.',
      read: ({ queue }) =>
        queue === undefined
          ? []
          : [
              {
                labels: { state: 'waiting' },
                value: queue.waiting.reduce((sum, { shards }) => sum + shards, 0),
              },
              { labels: { state: 'running' }, value: queue.runningShards },
            ],
    },
    {
      name: 'sheepfold_shard_runs',
      type: 'gauge',
      unit: 'shards',
      labels: {},
      means: 'Shards that this process holds.',
      surprise: 'Other than `sheepfold_shards{state="running"}` for longer than a lease: a worker died.',
      read: ({ runs }) => one(runs),
    },
    {
      name: 'sheepfold_shards_claimed_total',
      type: 'counter',
      unit: 'shards',
      labels: {},
      means: 'Shards that were claimed.',
      surprise:
        'Much more than were sealed: shards are handed back again and again, because deployments are shut.',
      read: ({ store }) => one(store.shardsClaimed),
    },
    {
      name: 'sheepfold_claims_total',
      type: 'counter',
      unit: 'claims',
      labels: {},
      means: 'Times that the store was asked for shards.',
      surprise: 'One a second is an idle worker that looks.',
      read: ({ store }) => one(store.claims),
    },
    {
      name: 'sheepfold_shards_ended_total',
      type: 'counter',
      unit: 'shards',
      labels: { how: '`sealed`, `released` to wait again, `lost` to another worker' },
      means: 'How the runs of shards ended.',
      surprise:
        '`lost`: the lease ran out while the process lived, so it or the store stood still for seconds.',
      read: ({ store }) =>
        byName(
          'how',
          Object.entries({
            sealed: store.shardsSealed,
            released: store.shardsReleased,
            lost: store.shardsLost,
          }),
          (count) => count,
        ),
    },
    {
      name: 'sheepfold_workers_joined_total',
      type: 'counter',
      unit: 'incarnations',
      labels: {},
      means: 'Incarnations of the worker since the process began.',
      surprise: 'Above 1: the lease was lost; requests in flight then may have been sent twice.',
      read: ({ store }) => one(store.workers),
    },
  ],
}

function queueSamples({ queue, load }: Sources): Sample[] {
  const waiting =
    queue === undefined
      ? []
      : byName(
          'model',
          queue.waiting.map((each) => [each.model, each] as const),
          ({ requests }) => requests,
          {
            state: 'waiting',
          },
        )
  return [
    ...waiting,
    ...byName('model', load, ({ unstarted }) => unstarted, { state: 'ready' }),
    ...byName('model', load, ({ inFlight }) => inFlight, { state: 'in_flight' }),
    ...byName('model', load, ({ delayed }) => delayed, { state: 'delayed' }),
  ]
}
