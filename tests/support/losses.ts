import type { Simulator } from '@sheepfold/simulator'
import { expect } from 'vitest'
import { hasStore } from './store-place.ts'
import { auditOf } from './stored.ts'
import { until } from './wait.ts'

/**
 * After a kill: how many requests the provider was sent and the store has no answer of. So many, and no
 * more, may be sent once more. The books must be right at this moment too.
 */
export const lostByKill = async (dataDir: string, simulator: Simulator): Promise<number> => {
  await providerIsQuiet(simulator)
  // Killed before it could make its store.
  if (!(await hasStore(dataDir))) return simulator.stats().distinct
  const { answers, findings } = await auditOf(dataDir)
  expect(findings).toEqual([])
  return simulator.stats().distinct - answers
}

/** All that was sent to the provider has come there, and nothing of it runs any more. */
export const providerIsQuiet = async (simulator: Simulator): Promise<void> => {
  let received = -1
  await until('the provider to have nothing to do', () => {
    const before = received
    received = simulator.stats().received
    return simulator.stats().running === 0 && received === before
  })
}
