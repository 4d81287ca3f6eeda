import type { Trouble } from '../../batch/trouble.ts'
import type { Deployment } from '../../provider/deployment.ts'
import type { Protocol, Target } from '../../provider/protocol.ts'
import type { GateRecord } from '../../storage/engine.ts'
import type { Gate, GateState, Permit } from '../gate/gate.ts'
import { type Credits, choose } from './choose.ts'
import { createTypical, type Typical } from './typical.ts'

/** Where one request goes: a deployment whose gate has let it in. */
export interface Route {
  readonly deployment: Deployment
  readonly protocol: Protocol
  readonly target: Target
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
  ready(model: string): boolean
  enter(model: string, endpoint: string, request: Routed): Route | undefined
  /** Calls back once, when entering may succeed. Never for a model without a deployment. */
  whenReady(model: string, callback: () => void): void
  /** How many calls the gates of a model, or of all, would have in flight now. */
  limit(model?: string): number
  models(): readonly string[]
  /** Why no deployment of the model takes calls, or undefined while one does. */
  closed(model: string): Trouble | undefined
  /** How long a call for the model usually takes, in milliseconds. */
  typicalMs(model: string): number
  states(): ReadonlyMap<string, GateState>
  /** What the gates learnt, to be kept over a restart. */
  records(): GateRecord[]
}

export interface GatedDeployment {
  readonly deployment: Deployment
  readonly gate: Gate
  readonly protocol: Protocol
}

interface Stop extends GatedDeployment {
  readonly id: string
  readonly weight: number
  readonly typical: Typical
  readonly targets: Map<string, Target>
}

export const createRoutes = (deployments: readonly GatedDeployment[], now: () => number): Routes => {
  const byModel = new Map<string, Stop[]>()
  const credits = new Map<string, Credits>()
  for (const gated of deployments) {
    const { id, weight, model } = gated.deployment
    const stop: Stop = { ...gated, id, weight, typical: createTypical(), targets: new Map() }
    byModel.set(model, [...(byModel.get(model) ?? []), stop])
  }
  const all = [...byModel.values()].flat()
  const stopsOf = (model: string): readonly Stop[] => byModel.get(model) ?? []
  const isOpen = ({ gate }: Stop): boolean => gate.canEnter('batch')

  const isShut = ({ gate }: Stop): boolean => {
    const { state, until } = gate.state()
    // Once its rest is over a shut gate wants a probe, and a probe needs a request at hand.
    return state === 'shut' && (until === undefined || until > now())
  }

  const pick = (model: string, { failedOn }: Routed): Stop | undefined => {
    const stops = stopsOf(model)
    if (stops.length === 1) return stops[0]
    const choice = choose(stops.filter(isOpen), failedOn, credits.get(model) ?? new Map())
    if (choice) credits.set(model, choice.credits)
    return choice?.chosen
  }

  return {
    ready: (model) => stopsOf(model).some(isOpen),

    enter(model, endpoint, request) {
      const chosen = pick(model, request)
      if (!chosen) return undefined
      const permit = chosen.gate.tryEnter('batch', chosen.typical.tokensOf(request.fragment.length))
      if (!permit) return undefined
      const { deployment, protocol, typical } = chosen
      return { deployment, protocol, typical, permit, target: targetOf(chosen, endpoint) }
    },

    whenReady(model, callback) {
      const [only, ...others] = stopsOf(model)
      if (only && others.length === 0) {
        only.gate.whenReady('batch', callback)
        return
      }
      const cancels: Array<() => void> = []
      const once = (): void => {
        for (const cancel of cancels) cancel()
        callback()
      }
      for (const { gate } of stopsOf(model)) cancels.push(gate.whenReady('batch', once))
    },

    limit(model) {
      let sum = 0
      for (const { gate } of model === undefined ? all : stopsOf(model)) sum += gate.limit()
      return sum
    },

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

    typicalMs(model) {
      let least = Number.POSITIVE_INFINITY
      for (const { typical } of stopsOf(model)) least = Math.min(least, typical.ms())
      return least
    },

    states: () => new Map(all.map(({ id, gate }) => [id, gate.state()])),

    records: () => all.map(({ id, gate }) => recordOf(id, gate)),
  }
}

const recordOf = (id: string, gate: Gate): GateRecord => {
  const { state, reason } = gate.state()
  const shut = state === 'shut' ? { code: 'deployment_closed', message: reason ?? '' } : null
  return { deployment: id, learned: JSON.stringify(gate.learned()), shut }
}

const targetOf = ({ deployment, protocol, targets }: Stop, endpoint: string): Target => {
  let target = targets.get(endpoint)
  if (!target) {
    target = protocol.target(deployment, endpoint)
    targets.set(endpoint, target)
  }
  return target
}
