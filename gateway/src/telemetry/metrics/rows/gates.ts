import type { GateState, Learned } from '../../../execute/gate/gate.ts'
import { byName, type MetricGroup, type Sample } from '../metric.ts'
import type { Sources } from '../sources.ts'
import { DEPLOYMENT } from './labels.ts'

const LANE = { lane: '`interactive`, `batch`' } as const
const STATES: readonly GateState['state'][] = ['open', 'paused', 'tripped', 'shut']

export const GATES: MetricGroup<Sources> = {
  title: 'Gates',
  rows: [
    {
      name: 'sheepfold_gate_state',
      type: 'gauge',
      unit: '0 or 1',
      labels: { ...DEPLOYMENT, state: '`open`, `paused`, `tripped`, `shut`' },
      means: 'The state in which the gate of a deployment is has 1, the others 0.',
      surprise:
        '`shut`: key, quota or model are refused, and an operator has to act. `tripped`: half of its calls fail. ' +
        '`paused`: the provider asked to wait.',
      read: ({ gates }) =>
        [...gates].flatMap(([deployment, gate]) =>
          STATES.map((each) => ({
            labels: { deployment, state: each },
            value: each === gate.state ? 1 : 0,
          })),
        ),
    },
    {
      name: 'sheepfold_gate_limit',
      type: 'gauge',
      unit: 'calls',
      labels: DEPLOYMENT,
      means:
        'Calls that the gate would have in flight now: what was learnt of the provider, under the configured maximum.',
      surprise:
        'Near 1: the provider throttles nearly everything. At `concurrency_max`: that setting is what holds it back.',
      read: ({ gates }) => byName('deployment', gates, ({ limit }) => limit),
    },
    {
      name: 'sheepfold_gate_in_flight',
      type: 'gauge',
      unit: 'calls',
      labels: { ...DEPLOYMENT, ...LANE },
      means: 'Calls in flight.',
      surprise: 'Far below the limit while requests are ready: a rate holds them back, or the store.',
      read: ({ gates }) => ofLanes(gates, 'inFlight'),
    },
    {
      name: 'sheepfold_gate_waiting',
      type: 'gauge',
      unit: 'waiters',
      labels: { ...DEPLOYMENT, ...LANE },
      means:
        'Those who wait to be let in: one for each interactive call, and one for all requests of a model in batches.',
      surprise: 'Interactive ones that stay: the deployment is full or shut, and callers wait.',
      read: ({ gates }) => ofLanes(gates, 'waiting'),
    },
    {
      name: 'sheepfold_gate_learned_concurrency',
      type: 'gauge',
      unit: 'calls',
      labels: DEPLOYMENT,
      means: 'The concurrency that a restart begins with.',
      surprise: 'Above the limit: the gate recovers from a throttle.',
      read: ({ learned }) => byName('deployment', learned, ({ concurrency }) => concurrency),
    },
    {
      name: 'sheepfold_gate_learned_requests_per_minute',
      type: 'gauge',
      unit: 'requests a minute',
      labels: DEPLOYMENT,
      means: "The provider's own limit, as its headers tell it; missing where they do not.",
      surprise: 'A fall: the provider has lowered the tier of the key.',
      read: ({ learned }) => known(learned, ({ requestsPerMinute }) => requestsPerMinute),
    },
    {
      name: 'sheepfold_gate_learned_tokens_per_minute',
      type: 'gauge',
      unit: 'tokens a minute',
      labels: DEPLOYMENT,
      means: "The provider's own limit, as its headers tell it; missing where they do not.",
      surprise: 'A fall: the provider has lowered the tier of the key.',
      read: ({ learned }) => known(learned, ({ tokensPerMinute }) => tokensPerMinute),
    },
    {
      name: 'sheepfold_gate_learned_input_tokens_per_minute',
      type: 'gauge',
      unit: 'tokens a minute',
      labels: DEPLOYMENT,
      means: 'The same of input alone, of a provider that limits each side by itself.',
      surprise: 'A fall: the provider has lowered the tier of the key.',
      read: ({ learned }) => known(learned, ({ inputTokensPerMinute }) => inputTokensPerMinute),
    },
    {
      name: 'sheepfold_gate_learned_output_tokens_per_minute',
      type: 'gauge',
      unit: 'tokens a minute',
      labels: DEPLOYMENT,
      means: 'The same of output alone.',
      surprise: 'A fall: the provider has lowered the tier of the key.',
      read: ({ learned }) => known(learned, ({ outputTokensPerMinute }) => outputTokensPerMinute),
    },
  ],
}

type Gates = Sources['gates']

const ofLanes = (gates: Gates, figure: 'inFlight' | 'waiting'): Sample[] =>
  (['interactive', 'batch'] as const).flatMap((lane) =>
    byName('deployment', gates, ({ lanes }) => lanes[lane][figure], { lane }),
  )

const known = (learned: Sources['learned'], figureOf: (learned: Learned) => number | undefined): Sample[] =>
  [...learned].flatMap(([deployment, each]) => {
    const value = figureOf(each)
    return value === undefined ? [] : [{ labels: { deployment }, value }]
  })
