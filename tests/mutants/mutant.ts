import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A change to our own code that breaks a promise; the simulation must notice. */
export interface Mutant {
  readonly name: string
  /** The first line of the patch: what it breaks. */
  readonly breaks: string
  /** A seed that noticed it once: tried first, because it is likely to notice it again. */
  readonly seed: number
  readonly simulation: Simulation
  readonly patch: string
}

/** `chaos`: seeds full of troubles. `day`: a long day without any, for what shows in hours only. */
export type Simulation = 'chaos' | 'day'

export const readMutants = (folder: string): Mutant[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => readMutant(file, readFileSync(join(folder, file), 'utf8')))

/** The patch with another first seed. */
export const noteSeed = ({ patch }: Mutant, seed: number): string =>
  patch.replace(NOTICED, `First noticed by seed ${seed}$2.`)

const NOTICED = /^First noticed by seed (\d+)( of the day)?\.$/m

const readMutant = (file: string, patch: string): Mutant => {
  const [breaks = '', hint = ''] = patch.split('\n')
  const [, seed, ofTheDay] = NOTICED.exec(hint) ?? []
  if (breaks.length < 20 || breaks.startsWith('---') || seed === undefined) {
    throw new Error(`${file} must begin with what it breaks, then "First noticed by seed N."`)
  }
  const simulation = ofTheDay === undefined ? 'chaos' : 'day'
  return { name: file.replace(/\.patch$/, ''), breaks, seed: Number(seed), simulation, patch }
}
