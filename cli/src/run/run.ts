import { existsSync } from 'node:fs'
import { type Client, createClient, SheepfoldError } from '@sheepfold/client'
import type { RunOptions } from '../command-options.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { type PlainFile, type ScannedInput, scanInput, unpackInput } from './input.ts'
import { takeLock } from './lock.ts'
import { runInput } from './run-input.ts'
import { type RunFiles, requestSettings, runFiles } from './settings.ts'

/** `sheepfold run FILE`: from a file of records to a file of results; gives the exit code. */
export const run = async (file: string, options: RunOptions): Promise<ExitCode> => {
  const files = runFiles(file, options)
  if (!existsSync(file)) throw new Error(`${file} does not exist`)
  const client = createClient({ baseUrl: options.baseUrl, apiKey: apiKeyOf(options), retriesMax: 8 })
  const unlock = takeLock(files.lock)
  let plain: PlainFile | undefined
  try {
    plain = await unpackInput(file)
    const scanned = await scanInput(plain.path, requestSettings(options).prompt)
    if (scanned.faultsTotal > 0) return reportFaults(files, scanned)
    await testKey(client)
    return await runInput({ input: scanned.input, files, options, client })
  } finally {
    plain?.discard()
    unlock()
  }
}

const apiKeyOf = (options: RunOptions): string => {
  const key = options.apiKey ?? process.env.SHEEPFOLD_API_KEY ?? process.env.HOLYSHEEP_API_KEY
  if (key) return key
  throw new Error('No API key: give --api-key, or set SHEEPFOLD_API_KEY or HOLYSHEEP_API_KEY.')
}

const faultsShown = 20

const reportFaults = (files: RunFiles, { faults, faultsTotal }: ScannedInput): ExitCode => {
  for (const fault of faults.slice(0, faultsShown))
    console.error(`${files.input}:${fault.line}: ${fault.message}`)
  const more = faultsTotal - Math.min(faults.length, faultsShown)
  if (more > 0) console.error(`… and ${more} more`)
  console.error(`sheepfold: ${faultsTotal} bad ${faultsTotal === 1 ? 'line' : 'lines'}; nothing was sent.`)
  return exitCodes.usage
}

/** Before anything is on its way. A host without a list of models says nothing against the key. */
const testKey = async (client: Client): Promise<void> => {
  try {
    await client.models.list()
  } catch (error) {
    if (error instanceof SheepfoldError && (error.status === 404 || error.status === 405)) return
    throw error
  }
}
