import { SheepfoldError } from '@sheepfold/client'
import { exitCodes } from './exit-codes.ts'
import { buildProgram } from './program.ts'

const exitCodeOf = (error: unknown) =>
  error instanceof SheepfoldError && (error.code === 'unreachable' || error.status === 401)
    ? exitCodes.unreachable
    : exitCodes.usage

try {
  await buildProgram().parseAsync()
} catch (error) {
  console.error(`sheepfold: ${error instanceof Error ? error.message : error}`)
  process.exitCode = exitCodeOf(error)
}
