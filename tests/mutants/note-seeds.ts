import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noteSeed, readMutants } from './mutant.ts'
import { withMutant } from './mutated-tree.ts'

/**
 * node tests/mutants/note-seeds.ts [name …]
 *
 * Looks for the first seed that notices each mutant and writes it into its patch. The test passes without
 * it, but each seed that has gone stale makes it search: worth doing after a change to the simulation.
 */
const SEEDS = { chaos: '1-1000', day: '1-3' }
const folder = import.meta.dirname
const names = process.argv.slice(2)

for (const mutant of readMutants(folder)) {
  if (names.length > 0 && !names.includes(mutant.name)) continue
  const seeds = SEEDS[mutant.simulation]
  const { noticedBy, output } = await withMutant(mutant, (simulate) => simulate(seeds))
  const why = output.split('\n').find((line) => line.startsWith('  ')) ?? output
  console.log(`${mutant.name}: ${noticedBy ?? 'noticed by none of'} ${seeds}: ${why.trim().slice(0, 120)}`)
  if (noticedBy !== undefined)
    writeFileSync(join(folder, `${mutant.name}.patch`), noteSeed(mutant, noticedBy))
}
