import { describe, expect, it } from 'vitest'
import { readMutants } from './mutant.ts'
import { withMutant } from './mutated-tree.ts'

/** Behind the seed that noticed a mutant first: code that changed since may need another one. */
const SEEDS_AFTER = { chaos: '1-1000', day: '1-3' }

const mutants = readMutants(import.meta.dirname)

describe('the simulation notices', () => {
  it.each(mutants)('$name: $breaks', async (mutant) => {
    const { seed, simulation } = mutant
    await withMutant(mutant, async (simulate) => {
      const first = await simulate(`${seed}-${seed}`)
      if (first.noticedBy !== undefined) return
      const later = await simulate(SEEDS_AFTER[simulation])
      expect(later.noticedBy, `first ${first.output}, then ${later.output}`).toBeDefined()
    })
  })

  it('at least twelve mutants, each of which breaks something else', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(12)
    expect(new Set(mutants.map(({ breaks }) => breaks)).size).toBe(mutants.length)
  })
})
