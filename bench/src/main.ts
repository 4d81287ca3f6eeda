import { measure } from './measure.ts'
import { type Options, readOptions, usage } from './options.ts'
import { endAllLeftOpen } from './processes/left-open.ts'
import type { Round } from './race.ts'
import { type Outcome, table } from './report/table.ts'

const badUsageExitCode = 2

const main = async (options: Options): Promise<void> => {
  if (options.list) {
    for (const { name, what } of options.rows) console.log(`${name}: ${what}`)
    return
  }
  const outcomes = await measure({ ...options, onRound: showRound })
  console.log(options.json ? JSON.stringify(outcomes, null, 2) : table(outcomes))
  if (!outcomes.every(passed)) process.exitCode = 1
}

const passed = (outcome: Outcome): boolean => 'passed' in outcome && outcome.passed

/** On stderr: stdout is the table or the JSON and nothing else. */
const showRound = (course: string, round: Round): void => {
  for (const [runner, figures] of round) {
    const text = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(1)}`)
    console.error(`${course}: ${runner} ${text.join(', ')}`)
  }
}

const optionsOrUsage = (): Options | undefined => {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exitCode = badUsageExitCode
    return undefined
  }
}

for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.once(signal, () => void endAllLeftOpen().finally(() => process.exit(128 + number)))
}

const options = optionsOrUsage()
if (options) await main(options)
