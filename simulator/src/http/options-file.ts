import { readFile } from 'node:fs/promises'
import { checkOptions } from '../core/check-options.ts'
import type { SimulatorOptions } from '../core/options.ts'

const parsed = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} is not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

/** A list of faults, or an object of options, from a JSON file; every field that is wrong is named. */
export const readOptionsFile = async (file: string): Promise<SimulatorOptions> => {
  const checked = checkOptions(parsed(file, await readFile(file, 'utf8')))
  if ('problems' in checked) throw new Error(`${file}:\n  ${checked.problems.join('\n  ')}`)
  return checked.value
}
