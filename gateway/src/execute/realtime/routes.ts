import type { Trouble } from '../../batch/trouble.ts'
import type { Channel, ChannelOf } from '../../provider/channel.ts'
import type { Deployment } from '../../provider/deployment.ts'
import type { GateRecord } from '../../storage/engine.ts'
import type { Gate, GateState, Lane, Learned, Permit, Watcher } from '../gate/gate.ts'
import { type Credits, choose } from './choose.ts'
import { createTypical, type Typical } from './typical.ts'

/** Where one request goes: a deployment whose gate has let it in. */
export interface Route {
  readonly deployment: Deployment
  readonly channel: Channel
  readonly permit: Permit
  /** What calls of this deployment usually take; each success is noted there. */
  readonly typical: Typical
}

/** What a route needs to know of a request. */
export interface Routed {
  readonly fragment: { readonly length: number }
  readonly failedOn: ReadonlySet<string>
}

/** From a model of ours to the deployments that serve it, through their gates. */
export interface Routes {
  /** May a request for this model start now? Cheap: asked after each call. */
  ready(lane: Lane, model: string): boolean
  enter(lane: Lane, model: string, endpoint: string, request: Routed): Route | undefined
  /**
   * Calls back, once each time that it is asked to wait, when entering may succeed; for a model without a
   * deployment, when one has come. One that is cancelled is over.
   */
  watch(lane: Lane, model: string, callback: () => void): Watcher
  /** How many calls the gates of a model, or of all, would have in flight now. */
  limit(model?: string): number
  /** Interactive calls of any model were in flight or waited within the last second. */
  isInteractive(): boolean
  models(): readonly string[]
  /** Why no deployment of the model takes calls, or undefined while one does. */
  closed(model: string): Trouble | undefined
  /** Until the first gate of the model that rests may be tried, in milliseconds; 0 where one does not rest. */
  restMs(model: string): number
  /** How long a call for the model usually takes, in milliseconds. */
  typicalMs(model: string): number
  /** Tokens, input and output, that a request of so many bytes for the model will use. */
  tokensOf(model: string, bytes: number): number
  states(): ReadonlyMap<string, GateState>
  /** Every deployment as it is now, in the order in which they were given. */
  reports(): readonly DeploymentReport[]
  /** What the gates learnt, to be kept over a restart. */
  records(): GateRecord[]
  /**
   * Other deployments from now on. Those that went get no further call, and their calls in flight end as
   * they would have. A gate that is among both keeps what is typical of its calls.
   */
  replace(deployments: readonly GatedDeployment[]): void
}

export interface GatedDeployment {
  readonly deployment: Deployment
  readonly gate: Gate
}

export interface DeploymentReport {
  readonly deployment: Deployment
  readonly gate: GateState
  readonly learned: Learned
  readonly typicalMs: number
}

interface Stop extends GatedDeployment {
  readonly id: string
  readonly weight: number
  readonly typical: Typical
  /** By endpoint; undefined where its provider has nothing like it. */
  readonly channels: Map<string, Channel | undefined>
}

export interface RoutesOrder {
  readonly deployments: readonly GatedDeployment[]
  readonly channelOf: ChannelOf
  /** Unix milliseconds. */
  readonly now: () => number
}

export const createRoutes = ({ deployments, channelOf, now }: RoutesOrder): Routes => {
  let all: readonly Stop[] = []
  let byModel: ReadonlyMap<string, readonly Stop[]> = new Map()
  const credits = new Map<string, Credits>()
  const watches = new Set<ModelWatch>()
  const untried = createTypical()

  const take = (gated: readonly GatedDeployment[]): void => {
    const before = new Map(all.map((stop) => [stop.gate, stop.typical]))
    all = gated.map((each) => stopOf(each, before.get(each.gate)))
    byModel = Map.groupBy(all, ({ deployment }) => deployment.model)
    credits.clear()
  }

  take(deployments)

  const stopsOf = (model: string): readonly Stop[] => byModel.get(model) ?? []

  const isShut = ({ gate }: Stop): boolean => {
    const { state, until } = gate.state()
    // Once its rest is over a shut gate wants a probe, and a probe needs a request at hand.
    return state === 'shut' && (until === undefined || until > now())
  }

  const channelTo = ({ deployment, channels }: Stop, endpoint: string): Channel | undefined => {
    if (!channels.has(endpoint)) channels.set(endpoint, channelOf(deployment, endpoint))
    return channels.get(endpoint)
  }

  const pick = (lane: Lane, model: string, endpoint: string, { failedOn }: Routed): Stop | undefined => {
    const stops = stopsOf(model)
    if (stops.length === 1) return stops[0]
    const able = stops.filter((stop) => channelTo(stop, endpoint) !== undefined)
    const open = (able.length > 0 ? able : stops).filter(({ gate }) => gate.canEnter(lane))
    const choice = choose(open, failedOn, credits.get(model) ?? new Map())
    if (choice) credits.set(model, choice.credits)
    return choice?.chosen
  }

  return {
    ready: (lane, model) => stopsOf(model).some(({ gate }) => gate.canEnter(lane)),

    enter(lane, model, endpoint, request) {
      const chosen = pick(lane, model, endpoint, request)
      if (!chosen) return undefined
      const permit = chosen.gate.tryEnter(lane, chosen.typical.tokensOf(request.fragment.length))
      if (!permit) return undefined
      const { deployment, typical } = chosen
      return { deployment, typical, permit, channel: channelTo(chosen, endpoint) ?? noChannel(endpoint) }
    },

    watch(lane, model, callback) {
      const watch = new ModelWatch({ lane, model, callback, onCancel: () => watches.delete(watch) })
      watch.lookAt(stopsOf(model))
      watches.add(watch)
      return watch
    },

    limit(model) {
      let sum = 0
      for (const { gate } of model === undefined ? all : stopsOf(model)) sum += gate.limit()
      return sum
    },

    isInteractive: () => all.some(({ gate }) => gate.isInteractive()),

    models: () => [...byModel.keys()],

    closed(model) {
      const stops = stopsOf(model)
      if (stops.length === 0) {
        return { code: 'no_deployment', message: `No deployment serves ${model} at the moment.` }
      }
      if (!stops.every(isShut)) return undefined
      const reasons = stops.map(({ id, gate }) => `${id}: ${gate.state().reason}`)
      return {
        code: 'deployment_closed',
        message: `No deployment of ${model} takes calls. ${reasons.join(' ')}`,
      }
    },

    restMs(model) {
      let least = Number.POSITIVE_INFINITY
      for (const { gate } of stopsOf(model)) {
        const { state, until = now() } = gate.state()
        least = Math.min(least, state === 'open' ? 0 : until - now())
      }
      return Math.max(0, least)
    },

    typicalMs(model) {
      let least = Number.POSITIVE_INFINITY
      for (const { typical } of stopsOf(model)) least = Math.min(least, typical.ms())
      return least
    },

    tokensOf(model, bytes) {
      // Deployments of one model answer alike, so one of them tells.
      const [stop] = stopsOf(model)
      const { input, output } = (stop?.typical ?? untried).tokensOf(bytes)
      return Math.ceil(input + output)
    },

    states: () => new Map(all.map(({ id, gate }) => [id, gate.state()])),

    reports: () =>
      all.map(({ deployment, gate, typical }) => ({
        deployment,
        gate: gate.state(),
        learned: gate.learned(),
        typicalMs: typical.ms(),
      })),

    records: () => all.map(({ id, gate }) => recordOf(id, gate)),

    replace(gated) {
      take(gated)
      for (const watch of watches) watch.lookAt(stopsOf(watch.model))
    },
  }
}

/** Waits at all gates of a model at once. */
class ModelWatch implements Watcher {
  readonly model: string
  readonly #lane: Lane
  readonly #callback: () => void
  readonly #onCancel: () => void
  #watchers: readonly Watcher[] = []
  #isWaiting = false

  constructor(order: { lane: Lane; model: string; callback: () => void; onCancel: () => void }) {
    this.model = order.model
    this.#lane = order.lane
    this.#callback = order.callback
    this.#onCancel = order.onCancel
  }

  wait(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    for (const watcher of this.#watchers) watcher.wait()
  }

  cancel(): void {
    this.#isWaiting = false
    for (const watcher of this.#watchers) watcher.cancel()
    this.#onCancel()
  }

  /** Whoever still has to wait comes back at once, and waits at the new gates. */
  lookAt(stops: readonly Stop[]): void {
    for (const watcher of this.#watchers) watcher.cancel()
    this.#watchers = stops.map(({ gate }) => gate.watch(this.#lane, () => this.#call()))
    this.#call()
  }

  #call(): void {
    // A gate and a replacement may both want to call.
    if (!this.#isWaiting) return
    this.#isWaiting = false
    for (const watcher of this.#watchers) watcher.cancel()
    this.#callback()
  }
}

const stopOf = (gated: GatedDeployment, typical: Typical = createTypical()): Stop => {
  const { id, weight } = gated.deployment
  return { ...gated, id, weight, typical, channels: new Map() }
}

const recordOf = (id: string, gate: Gate): GateRecord => {
  const { state, reason } = gate.state()
  const shut = state === 'shut' ? { code: 'deployment_closed', message: reason ?? '' } : null
  return { deployment: id, learned: JSON.stringify(gate.learned()), shut }
}

/** The request was taken when another deployment of its model could answer it. */
const noChannel = (endpoint: string): Channel => ({
  ask: () => ({
    kind: 'failure',
    class: 'bad_request',
    status: 400,
    code: 'endpoint_unsupported',
    message: `No provider of this model has anything like ${endpoint}.`,
  }),
})
