import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyPatch } from './apply-patch.ts'
import type { Mutant, Simulation } from './mutant.ts'

const ROOT = join(import.meta.dirname, '../..')

/** What the simulation needs of the repository; the packages from npm are linked. */
const COPIED = [
  'package.json',
  'gateway/package.json',
  'gateway/src',
  'simulator/package.json',
  'simulator/src',
  'tests/simulation',
]

const MAIN: Readonly<Record<Simulation, string>> = {
  chaos: 'tests/simulation/main.ts',
  day: 'tests/simulation/day/main.ts',
}

/** A mutant that makes the simulation run for ever is not caught: its seed ends here. */
const RUN_MS_MAX = 120_000

/** Runs the simulation with these seeds, until one of them notices something. */
export type Simulate = (seeds: string) => Promise<Simulated>

export interface Simulated {
  /** The seed that noticed it; undefined where none did, or where something else went wrong. */
  readonly noticedBy: number | undefined
  readonly output: string
}

/** Works with a copy of our code to which the patch was applied, in a folder of its own. */
export const withMutant = async <Result>(
  { patch, simulation }: Pick<Mutant, 'patch' | 'simulation'>,
  work: (simulate: Simulate) => Promise<Result>,
): Promise<Result> => {
  const tree = mkdtempSync(join(tmpdir(), 'sheepfold-mutant-'))
  try {
    for (const path of COPIED) cpSync(join(ROOT, path), join(tree, path), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
    applyPatch(tree, patch)
    return await work((seeds) => simulateIn(tree, simulation, seeds))
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

/** Plain Node and not vitest: it starts in a tenth of the time. */
const simulateIn = (tree: string, simulation: Simulation, seeds: string): Promise<Simulated> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN[simulation], '--seeds', seeds], {
      cwd: tree,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_MS_MAX,
      killSignal: 'SIGKILL',
    })
    let output = ''
    const take = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', reject)
    child.on('close', () => {
      const [, seed] = /^seed (\d+) breaks a promise:/m.exec(output) ?? []
      resolve({ noticedBy: seed === undefined ? undefined : Number(seed), output })
    })
  })
