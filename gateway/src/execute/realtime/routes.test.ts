import { describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../clock/manual-clock.ts'
import type { CallOutcome } from '../../provider/call.ts'
import type { ChannelOf } from '../../provider/channel.ts'
import type { Deployment } from '../../provider/deployment.ts'
import type { Failure } from '../../provider/failure.ts'
import { openaiProtocol } from '../../provider/openai/protocol.ts'
import { passThrough } from '../../provider/pass-through.ts'
import type { Protocol } from '../../provider/protocol.ts'
import { createGate } from '../gate/gate.ts'
import { createRoutes, type GatedDeployment, type Route, type Routes } from './routes.ts'

const limits: Deployment['limits'] = {
  concurrencyMax: 100,
  concurrencyInitial: 100,
  firstByteMsMax: 1_000,
  totalMsMax: 1_000,
  interactiveShare: 0,
}

const targets: string[] = []
const protocol: Protocol = {
  endpoints: new Set(['/v1/chat/completions', '/v1/embeddings']),
  target(deployment, endpoint) {
    targets.push(`${deployment.id} ${endpoint}`)
    return { path: endpoint, headers: { authorization: deployment.apiKey } }
  },
  interpret: () => broken,
  stream: openaiProtocol.stream,
  billedText: () => ({ input: [], inputTokens: 0, output: [] }),
}

const broken: Failure = {
  kind: 'failure',
  class: 'key_refused',
  code: 'invalid_api_key',
  message: 'no such key',
}
const outcome: CallOutcome = { kind: 'broken', cause: 'reset', message: 'reset', totalMs: 1 }

const deployment = (id: string, more: Partial<Deployment> = {}): Deployment => ({
  id,
  model: 'batch-4.1',
  provider: 'openai',
  outputTokensDefault: 4_096,
  providerModel: 'gpt-4.1',
  baseUrl: 'http://127.0.0.1',
  apiKey: `key of ${id}`,
  weight: 1,
  limits,
  costBook: 'gpt-4.1',
  ...more,
})

const gated = (clock: ManualClock, ...deployments: readonly Deployment[]): GatedDeployment[] =>
  deployments.map((each) => ({
    deployment: each,
    gate: createGate({ clock, limits: each.limits }),
  }))

const channelOf: ChannelOf = (each, endpoint) =>
  protocol.endpoints.has(endpoint) ? passThrough(protocol, each, endpoint) : undefined

const open = (...deployments: readonly Deployment[]) => {
  const clock = createManualClock()
  return {
    clock,
    routes: createRoutes({ deployments: gated(clock, ...deployments), channelOf, now: clock.now }),
  }
}

const request = (...failedOn: string[]) => ({ fragment: { length: 400 }, failedOn: new Set(failedOn) })

const enter = (routes: Routes, ...failedOn: string[]) =>
  routes.enter('batch', 'batch-4.1', '/v1/chat/completions', request(...failedOn))

const askOf = (route: Route | undefined) => route?.channel.ask({ body: Buffer.from('{}'), isStream: false })

const takeMany = (routes: Routes, times: number): string =>
  Array.from({ length: times }, () => {
    const route = enter(routes)
    route?.permit.unused()
    return route?.deployment.id ?? '-'
  }).join(' ')

/** A call of this deployment ends with its key refused: its gate shuts. */
const shut = (routes: Routes, ...failedOn: string[]): void =>
  enter(routes, ...failedOn)?.permit.done(outcome, broken)

describe('the way of a request', () => {
  it('leads to the deployments of its model in turn, by their weights', () => {
    const { routes } = open(
      deployment('a', { weight: 3 }),
      deployment('b'),
      deployment('x', { model: 'other' }),
    )
    expect(takeMany(routes, 8)).toBe('a a b a a a b a')
  })

  it('leads to a standby only where no other is left', () => {
    const { routes } = open(deployment('a'), deployment('standby', { weight: 0 }))
    expect(takeMany(routes, 3)).toBe('a a a')
    shut(routes)
    expect(takeMany(routes, 2)).toBe('standby standby')
  })

  it('avoids those that the request failed on, while there is another', () => {
    const { routes } = open(deployment('a'), deployment('b'))
    for (let time = 0; time < 3; time += 1) expect(enter(routes, 'a')?.deployment.id).toBe('b')
    expect(enter(routes, 'a', 'b')).toBeDefined()
  })

  it('leads nowhere while all gates are full, and on once a call is over', () => {
    const { clock, routes } = open(
      deployment('a', { limits: { ...limits, concurrencyMax: 1, concurrencyInitial: 1 } }),
    )
    const route = enter(routes)
    expect(routes.ready('batch', 'batch-4.1')).toBe(false)
    expect(enter(routes)).toBeUndefined()
    let called = 0
    routes
      .watch('batch', 'batch-4.1', () => {
        called += 1
      })
      .wait()
    expect(called).toBe(0)
    route?.permit.unused()
    expect(called).toBe(1)
    clock.advance(60_000)
    expect(called).toBe(1)
    expect(routes.ready('batch', 'batch-4.1')).toBe(true)
  })

  it('calls back once, whichever of several gates opens first', () => {
    const one = { ...limits, concurrencyMax: 1, concurrencyInitial: 1 }
    const { routes } = open(deployment('a', { limits: one }), deployment('b', { limits: one }))
    const permits = [enter(routes)?.permit, enter(routes)?.permit]
    let called = 0
    routes
      .watch('batch', 'batch-4.1', () => {
        called += 1
      })
      .wait()
    for (const permit of permits) permit?.unused()
    expect(called).toBe(1)
  })

  it('has its target made once for each endpoint of a deployment', async () => {
    const { routes } = open(deployment('a'))
    targets.length = 0
    for (let time = 0; time < 3; time += 1) await askOf(enter(routes))
    await askOf(routes.enter('batch', 'batch-4.1', '/v1/embeddings', request()))
    expect(targets).toEqual(['a /v1/chat/completions', 'a /v1/embeddings'])
    expect(await askOf(enter(routes))).toMatchObject({
      target: { headers: { authorization: 'key of a' } },
    })
  })

  it('goes to a deployment that has its endpoint, and fails where none has it any more', async () => {
    const { routes } = open(deployment('a'))
    const route = routes.enter('batch', 'batch-4.1', '/v1/other', request())
    expect(await askOf(route)).toMatchObject({ class: 'bad_request', code: 'endpoint_unsupported' })
  })

  it('leads nowhere for a model that nobody serves', () => {
    const { routes } = open(deployment('a'))
    expect(routes.ready('batch', 'unheard-of')).toBe(false)
    expect(routes.enter('batch', 'unheard-of', '/v1/chat/completions', request())).toBeUndefined()
    expect(routes.limit('unheard-of')).toBe(0)
  })
})

describe('a model that takes no calls', () => {
  it('says so where it has no deployment', () => {
    expect(open(deployment('a')).routes.closed('unheard-of')).toEqual({
      code: 'no_deployment',
      message: 'No deployment serves unheard-of at the moment.',
    })
  })

  it('says why, for each of its deployments, and only once all of them are shut', () => {
    const { routes } = open(deployment('a'), deployment('b'))
    shut(routes, 'b')
    expect(routes.closed('batch-4.1')).toBeUndefined()
    shut(routes, 'a')
    const closed = routes.closed('batch-4.1')
    expect(closed?.code).toBe('deployment_closed')
    expect(closed?.message).toMatch(
      /^No deployment of batch-4\.1 takes calls\. a: .*no such key.* b: .*no such key/,
    )
    expect(routes.ready('batch', 'batch-4.1')).toBe(false)
  })

  it('is no longer called closed once its rest is over: a probe needs a request at hand', () => {
    const { clock, routes } = open(deployment('a'))
    shut(routes)
    const until = routes.states().get('a')?.until
    if (until === undefined) throw new Error('a shut gate says when it is tried again')
    clock.advance(until - clock.now() - 1)
    expect(routes.closed('batch-4.1')).toBeDefined()
    clock.advance(1)
    expect(routes.closed('batch-4.1')).toBeUndefined()
    expect(routes.ready('batch', 'batch-4.1')).toBe(true)
  })
})

describe('other deployments', () => {
  it('take their turns, and those that went get no further call', () => {
    const { clock, routes } = open(deployment('a'), deployment('b'))
    const old = enter(routes)
    routes.replace(gated(clock, deployment('b', { weight: 2 }), deployment('c')))
    expect(takeMany(routes, 6)).toBe('b c b b c b')
    expect(routes.models()).toEqual(['batch-4.1'])
    // A call in flight ends as it would have.
    old?.permit.done(outcome, broken)
    expect(routes.closed('batch-4.1')).toBeUndefined()
  })

  it('call those who wait, once each, also for a model that nobody served', () => {
    const one = { ...limits, concurrencyMax: 1, concurrencyInitial: 1 }
    const { clock, routes } = open(deployment('a', { limits: one }))
    const inFlight = enter(routes)
    const called: string[] = []
    routes.watch('batch', 'batch-4.1', () => called.push('full')).wait()
    routes.watch('batch', 'other', () => called.push('unserved')).wait()
    clock.advance(60_000)
    expect(called).toEqual([])
    routes.replace(gated(clock, deployment('b'), deployment('x', { model: 'other' })))
    expect(called.sort()).toEqual(['full', 'unserved'])
    inFlight?.permit.unused()
    clock.advance(60_000)
    expect(called).toHaveLength(2)
    expect(routes.ready('batch', 'other')).toBe(true)
  })

  it('leave a model without any, and say so', () => {
    const { clock, routes } = open(deployment('a'))
    routes.replace(gated(clock, deployment('x', { model: 'other' })))
    expect(routes.closed('batch-4.1')?.code).toBe('no_deployment')
    expect(enter(routes)).toBeUndefined()
    expect([routes.limit('batch-4.1'), routes.limit()]).toEqual([0, 100])
  })

  it('keep what is typical of a gate that stays', () => {
    const clock = createManualClock()
    const before = gated(clock, deployment('a'))
    const routes = createRoutes({ deployments: before, channelOf, now: clock.now })
    enter(routes)?.typical.note(300, undefined)
    routes.replace(before.map((each) => ({ ...each, deployment: deployment('a', { weight: 7 }) })))
    expect(routes.typicalMs('batch-4.1')).toBe(300)
    routes.replace(gated(clock, deployment('a')))
    expect(routes.typicalMs('batch-4.1')).toBe(0)
  })
})

describe('what routes tell', () => {
  it('adds up the limits of a model, or of all', () => {
    const { routes } = open(deployment('a'), deployment('b'), deployment('x', { model: 'other' }))
    expect([routes.limit('batch-4.1'), routes.limit('other'), routes.limit()]).toEqual([200, 100, 300])
    expect(routes.models()).toEqual(['batch-4.1', 'other'])
  })

  it('knows how long a call of the quickest deployment takes', () => {
    const { routes } = open(deployment('a'), deployment('b'))
    enter(routes, 'b')?.typical.note(900, undefined)
    expect(routes.typicalMs('batch-4.1')).toBe(0)
    enter(routes, 'a')?.typical.note(300, undefined)
    expect(routes.typicalMs('batch-4.1')).toBe(300)
  })

  it('records what each gate learnt, and why it is shut', () => {
    const { routes } = open(deployment('a'), deployment('b'))
    shut(routes, 'b')
    const records = routes.records()
    expect(records.map(({ deployment: id }) => id)).toEqual(['a', 'b'])
    expect(records[0]?.shut).toEqual({
      code: 'deployment_closed',
      message: expect.stringContaining('invalid_api_key: no such key'),
    })
    expect(records[1]?.shut).toBeNull()
    for (const { learned } of records) expect(() => JSON.parse(learned)).not.toThrow()
  })
})
