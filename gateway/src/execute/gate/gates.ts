import type { Clock } from '../../clock/clock.ts'
import type { Deployment } from '../../provider/deployment.ts'
import type { RateReader } from '../../provider/rates.ts'
import { createGate, type Gate, type Learned } from './gate.ts'

/** The gates of all deployments that there were. One that comes back finds its gate as it left it. */
export interface Gates {
  /** Its gate, with the limits that it has now. Another address or key is another place, with a gate of its own. */
  of(deployment: Deployment): Gate
}

/** How the provider of a deployment tells of its rates; undefined where it does not. */
export type RatesOf = (deployment: Deployment) => RateReader | undefined

export const createGates = (order: {
  clock: Clock
  /** What the gates of an earlier process learnt, by the ids of their deployments. */
  learned: ReadonlyMap<string, Learned>
  ratesOf: RatesOf
}): Gates => {
  const { clock, ratesOf } = order
  const learned = new Map(order.learned)
  const gates = new Map<string, Gate>()
  return {
    of(deployment) {
      const { id, provider, baseUrl, apiKey, providerModel, limits } = deployment
      const place = JSON.stringify([id, provider, baseUrl, apiKey, providerModel])
      const known = gates.get(place)
      if (known) {
        known.adjust(limits)
        return known
      }
      const earlier = learned.get(id)
      // Of this process's first place under the id; the next one is somewhere else.
      learned.delete(id)
      const rates = ratesOf(deployment)
      const gate = createGate({
        clock,
        limits,
        ...(earlier ? { learned: earlier } : {}),
        ...(rates ? { rates } : {}),
      })
      gates.set(place, gate)
      return gate
    },
  }
}
