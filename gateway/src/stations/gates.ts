import type { Clock } from '../clock/clock.ts'
import type { Learned } from '../execute/gate/gate.ts'
import { createGates, type RatesOf } from '../execute/gate/gates.ts'
import type { GatedDeployment, Routes } from '../execute/realtime/routes.ts'
import type { Deployment } from '../provider/deployment.ts'
import type { GateRecord, GateStore } from '../storage/engine.ts'

interface GatesOrder {
  readonly store: GateStore
  readonly clock: Clock
  readonly ratesOf: RatesOf
}

/** Puts a gate before each deployment; what gates learnt before this process began is read once. */
export const openGates = async ({
  store,
  clock,
  ratesOf,
}: GatesOrder): Promise<(deployments: readonly Deployment[]) => GatedDeployment[]> => {
  const learned = new Map((await store.gates()).flatMap((record) => learnedOf(record)))
  const gates = createGates({ clock, learned, ratesOf })
  return (deployments) =>
    deployments.map((deployment) => ({
      deployment,
      gate: gates.of(deployment),
    }))
}

/** Saves what the gates learnt where it has changed since the last time. */
export const gateSaver = (store: GateStore, routes: Routes): (() => Promise<void>) => {
  let saved = ''
  return async () => {
    const records = routes.records()
    const text = JSON.stringify(records)
    if (text === saved) return
    await store.saveGates(records)
    saved = text
  }
}

/** What cannot be read any more was learnt by another release: learning it anew takes seconds. */
const learnedOf = ({ deployment, learned }: GateRecord): Array<[deployment: string, Learned]> => {
  const value: unknown = JSON.parse(learned)
  return isLearned(value) ? [[deployment, value]] : []
}

const isLearned = (value: unknown): value is Learned =>
  typeof value === 'object' &&
  value !== null &&
  'concurrency' in value &&
  Object.values(value).every((each) => typeof each === 'number' && Number.isFinite(each) && each > 0)
