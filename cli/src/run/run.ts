import { mkdirSync, rmSync } from 'node:fs'
import { apiKeyOf, clientOf } from '../api-key.ts'
import type { RunOptions } from '../command-options.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { connect } from './connect.ts'
import { isStandardInput } from './input/format.ts'
import { openSource } from './input/open-source.ts'
import { type ScannedInput, scanInput } from './input/scan.ts'
import type { Source } from './input/source.ts'
import { takeLock } from './lock.ts'
import { runFiles } from './run-files.ts'
import { runInput } from './run-input.ts'
import { requestSettings } from './settings.ts'

/** `sheepfold run INPUT`: from records to a file of results; gives the exit code. */
export const run = async (path: string, options: RunOptions): Promise<ExitCode> => {
  refuseUnansweredQuestion(path, options)
  const settings = requestSettings(options)
  if (options.dryRun) {
    const { dryRun } = await import('./dry-run/dry-run.ts')
    return dryRun(path, options, settings)
  }
  const files = runFiles(path, options)
  const apiKey = apiKeyOf(options)
  const client = clientOf(options, 8)
  const unlock = takeLock(files.lock)
  try {
    // What a run that was killed has left.
    rmSync(files.spool, { recursive: true, force: true })
    mkdirSync(files.spool)
    const source = await openSource(path, { ...options, spoolFolder: files.spool })
    for (const note of source.notes) console.error(note)
    const scanned = await scan(source, settings.prompt, options)
    if (scanned.faults.total > 0) return reportFaults(scanned)
    const connection = await connect(client, { ...options, apiKey }, settings, files.spool)
    return await runInput({ input: scanned.input, files, options, settings, ...connection })
  } finally {
    rmSync(files.spool, { recursive: true, force: true })
    unlock()
  }
}

/** Better now than after the sample has been paid for. */
const refuseUnansweredQuestion = (path: string, { sample, yes }: RunOptions) => {
  if (sample !== undefined && !yes && isStandardInput(path))
    throw new Error('--sample asks on the terminal, and standard input is the input: give --yes.')
}

/** A field to be joined that no record has is a slip of the pen. */
const scan = async (
  source: Source,
  prompt: Parameters<typeof scanInput>[1],
  { join }: RunOptions,
): Promise<ScannedInput> => {
  const unseen = new Set(join === true ? [] : join)
  const scanned = await scanInput(source, prompt, ({ fields }) => {
    for (const name of unseen) if (Object.hasOwn(fields, name)) unseen.delete(name)
  })
  const [name] = unseen
  if (name !== undefined && scanned.input.ids.length > 0 && scanned.faults.total === 0)
    throw new Error(`--join names the field ${name}, which no record has.`)
  return scanned
}

const faultsShown = 20

const reportFaults = ({ faults }: ScannedInput): ExitCode => {
  for (const { place, message } of faults.shown.slice(0, faultsShown)) console.error(`${place}: ${message}`)
  const more = faults.total - Math.min(faults.shown.length, faultsShown)
  if (more > 0) console.error(`… and ${more} more`)
  console.error(`sheepfold: ${faults.total} bad ${faults.total === 1 ? 'line' : 'lines'}; nothing was sent.`)
  return exitCodes.usage
}
