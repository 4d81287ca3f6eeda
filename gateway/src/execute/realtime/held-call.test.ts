import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import type { CallOutcome } from '../../provider/call.ts'
import type { Deployment } from '../../provider/deployment.ts'
import type { Failure } from '../../provider/failure.ts'
import { openaiProtocol } from '../../provider/openai/protocol.ts'
import { passThrough } from '../../provider/pass-through.ts'
import { createGate } from '../gate/gate.ts'
import { DEFAULT_EXECUTE_LIMITS } from '../limits.ts'
import { createBatchLanes } from './batch-lanes.ts'
import type { LaneSource } from './lane-source.ts'
import { createRoutes, type GatedDeployment, type Route } from './routes.ts'

const MODEL = 'batch-4.1'
const ENDPOINT = '/v1/chat/completions'
const HELD_CALL_MS = 600_000
const BROKEN: CallOutcome = { kind: 'broken', cause: 'reset', message: 'reset', totalMs: 1 }
const REFUSED: Failure = { kind: 'failure', class: 'bad_request', code: 'no', message: 'no' }

const open = (concurrency: number) => {
  const clock = createManualClock()
  const deployment: Deployment = {
    id: 'a',
    model: MODEL,
    provider: 'openai',
    outputTokensDefault: 4_096,
    providerModel: 'gpt-4.1',
    baseUrl: 'http://127.0.0.1',
    apiKey: 'key',
    weight: 1,
    costBook: 'gpt-4.1',
    limits: {
      concurrencyMax: concurrency,
      concurrencyInitial: concurrency,
      firstByteMsMax: 1_000,
      totalMsMax: 1_000,
      interactiveShare: 0,
    },
  }
  const gated: GatedDeployment = {
    deployment,
    gate: createGate({ clock, limits: deployment.limits }),
  }
  const protocol = {
    endpoints: new Set([ENDPOINT]),
    target: () => ({ path: ENDPOINT, headers: {} }),
    interpret: () => REFUSED,
    stream: openaiProtocol.stream,
    billedText: () => ({ input: [], inputTokens: 0, output: [] }),
  }
  const routes = createRoutes({
    deployments: [gated],
    channelOf: (each, endpoint) => passThrough(protocol, each, endpoint),
    now: clock.now,
  })
  const lanes = createBatchLanes({
    ...DEFAULT_EXECUTE_LIMITS,
    clock,
    routes,
    creditTokens: 0,
    heldCallMs: HELD_CALL_MS,
  })
  const started: string[] = []
  const permits: Route['permit'][] = []
  /** The requests of a batch, as many as are asked for. */
  const batchOf = (name: string, account: string, urgency: number): LaneSource => ({
    account,
    urgency,
    nextBytes: () => 100,
    startNext(enter) {
      const route = enter(ENDPOINT, { fragment: { length: 100 }, failedOn: new Set() })
      if (!route) return false
      permits.push(route.permit)
      started.push(name)
      return true
    },
  })
  const held = async (
    name: string,
    account: string,
    signal = new AbortController().signal,
    model = MODEL,
  ) => {
    const order = { account, model, endpoint: ENDPOINT, bytes: 100, failedOn: new Set<string>(), signal }
    const route = await lanes.enter(order)
    started.push(route ? name : `${name} gave up`)
    if (route) permits.push(route.permit)
    return route
  }
  /** One call ends, and whoever is let in is noted. */
  const endOne = async (): Promise<void> => {
    permits.shift()?.done(BROKEN, REFUSED)
    await settled()
  }
  return { clock, gated, routes, lanes, started, batchOf, held, endOne }
}

const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

describe('a call that is held open', () => {
  it('starts at once where there is room, in the batch lane', async () => {
    const { held, routes } = open(2)
    expect((await held('call', 'acme'))?.deployment.id).toBe('a')
    expect(routes.states().get('a')?.inFlight).toBe(1)
  })

  it('takes the turn of its account while batches of others fill the lane', async () => {
    const { lanes, batchOf, held, endOne, started } = open(1)
    lanes.add(MODEL, batchOf('large', 'large', 1))
    lanes.pump()
    void held('call', 'small')
    for (let ended = 0; ended < 10; ended += 1) await endOne()
    expect(started.indexOf('call')).toBeGreaterThan(0)
    expect(started.at(-1)).toBe('large')
  })

  it('comes before batches of its own account that have more time, and after those that have less', async () => {
    const { clock, lanes, batchOf, held, endOne, started } = open(1)
    const urgent = batchOf('urgent', 'acme', clock.now() + HELD_CALL_MS - 1)
    lanes.add(MODEL, batchOf('patient', 'acme', clock.now() + HELD_CALL_MS + 1))
    lanes.add(MODEL, urgent)
    lanes.pump()
    void held('call', 'acme')
    await endOne()
    lanes.remove(MODEL, urgent)
    await endOne()
    await endOne()
    expect(started).toEqual(['urgent', 'urgent', 'call', 'patient'])
  })

  it('gives its place in the queue up when its client leaves', async () => {
    const { lanes, batchOf, held, endOne, started, routes } = open(1)
    const batch = batchOf('batch', 'acme', 1)
    lanes.add(MODEL, batch)
    lanes.pump()
    lanes.remove(MODEL, batch)
    const client = new AbortController()
    const call = held('call', 'acme', client.signal)
    client.abort()
    expect(await call).toBeUndefined()
    await endOne()
    expect(started).toEqual(['batch', 'call gave up'])
    expect(routes.states().get('a')?.inFlight).toBe(0)
    expect(await held('late', 'acme', client.signal)).toBeUndefined()
  })

  it('waits for a model that nobody serves until a deployment comes', async () => {
    const { gated, held, routes, started } = open(1)
    const call = held('call', 'acme', undefined, 'new')
    await settled()
    expect(started).toEqual([])
    routes.replace([{ ...gated, deployment: { ...gated.deployment, model: 'new' } }])
    expect((await call)?.deployment.model).toBe('new')
  })
})
