import { exitCodeOfError } from './exit-codes.ts'
import { buildProgram } from './program.ts'

// Whoever reads what we print may have enough of it, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  await buildProgram().parseAsync()
} catch (error) {
  console.error(`sheepfold: ${error instanceof Error ? error.message : error}`)
  process.exitCode = exitCodeOfError(error)
}
