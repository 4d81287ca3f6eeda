import { parseArgs } from 'node:util'
import { broken } from './promises.ts'
import { simulateDay } from './simulate-day.ts'

/**
 * node tests/simulation/day/main.ts --seeds 1-3
 *
 * Ends with 1 at the first day that breaks a promise.
 */
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1-1' } } })
const [first = 1, last = first] = values.seeds.split('-').map(Number)

for (let seed = first; seed <= last && process.exitCode !== 1; seed += 1) {
  const sentences = broken(await simulateDay(seed))
  if (sentences.length === 0) continue
  console.error(`seed ${seed} breaks a promise:`)
  for (const sentence of sentences.slice(0, 10)) console.error(`  ${sentence}`)
  console.error(`replay it with: node tests/simulation/day/main.ts --seeds ${seed}-${seed}`)
  process.exitCode = 1
}
