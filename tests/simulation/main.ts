import { parseArgs } from 'node:util'
import { type Run, simulate } from './simulate.ts'

/**
 * node tests/simulation/main.ts --seeds 1-500 [--marks] [--keep-going] | --seed 123
 *
 * Ends with 1 at the first seed that breaks a promise. One seed is printed as it happens.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    marks: { type: 'boolean' },
    'keep-going': { type: 'boolean' },
  },
})

const rangeOf = (text: string): { first: number; last: number } => {
  const match = /^(\d+)-(\d+)$/.exec(text)
  if (!match) throw new Error(`--seeds is "${text}"; it must be first-last`)
  return { first: Number(match[1]), last: Number(match[2]) }
}

const failed = ({ seed, violations }: Run): void => {
  console.error(`seed ${seed} breaks a promise:`)
  for (const violation of violations.slice(0, 10)) console.error(`  ${violation}`)
  console.error(`replay it with: SHEEPFOLD_SEED=${seed} npx vitest run tests/simulation`)
  console.error(`            or: node tests/simulation/main.ts --seed ${seed}`)
  process.exitCode = 1
}

process.on('unhandledRejection', (error) => {
  console.error('a promise was rejected and nobody heard of it:', error)
  process.exit(1)
})

if (values.seed !== undefined) {
  const run = await simulate(Number(values.seed), (line) => process.stdout.write(line))
  console.log(
    `${run.events} events in ${(run.virtualMs / 1000).toFixed(1)} virtual seconds, trace ${run.hash}`,
  )
  if (run.violations.length > 0) failed(run)
} else {
  const { first, last } = rangeOf(values.seeds ?? '1-100')
  const marks = new Map<string, number>()
  const startedAt = performance.now()
  let seed = first
  for (; seed <= last; seed += 1) {
    const run = await simulate(seed)
    for (const [name, count] of run.marks) marks.set(name, (marks.get(name) ?? 0) + count)
    if (run.violations.length === 0) continue
    failed(run)
    if (!values['keep-going']) break
  }
  const seconds = (performance.now() - startedAt) / 1000
  console.log(`${seed - first} seeds in ${seconds.toFixed(1)} s`)
  if (values.marks) console.log(JSON.stringify(Object.fromEntries([...marks].sort()), null, 1))
}
