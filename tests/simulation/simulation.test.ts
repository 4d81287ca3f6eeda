import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { SIMULATED_POINTS } from './scenario.ts'
import { simulate } from './simulate.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const isLong = process.env.SHEEPFOLD_TEST_LONG === '1'
const seeds = Number(process.env.SHEEPFOLD_SEEDS ?? (isLong ? 20_000 : 500))
const one = process.env.SHEEPFOLD_SEED

/** Processes of their own: one thread is all that a simulation uses, and vitest's own loader slows it down. */
const PROCESSES = 2

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const run = (args: readonly string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (text) => {
      stdout += text
    })
    child.stderr.on('data', (text) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })

const marksOf = ({ stdout }: Ended): Record<string, number> => JSON.parse(stdout.slice(stdout.indexOf('{')))

/** Beside the deaths at each named place, what a good share of the seeds must have come to. */
const RARE = [
  'append repeated',
  'answered twice',
  'batch cancelled',
  'batch expired',
  'create sent again',
  'fenced with a shard',
  'paused beyond its lease',
  'poison',
  'purged',
  'release lost',
  'seal lost',
  ...['accept', 'append', 'claim', 'seal', 'stop', 'remove'].map((name) => `doubt ${name}`),
]

describe.runIf(one === undefined)('the stations in virtual time', () => {
  it(`keep their promises over ${seeds} seeds, and the seeds come by all troubles`, async () => {
    const share = Math.ceil(seeds / PROCESSES)
    const parts = Array.from({ length: PROCESSES }, (_, part) => {
      const first = 1 + part * share
      return run(['--marks', '--seeds', `${first}-${Math.min(seeds, first + share - 1)}`])
    })
    const ended = await Promise.all(parts)
    expect(ended.map(({ stderr }) => stderr).join('')).toBe('')
    expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0))
    const marks = new Set(ended.flatMap((each) => Object.keys(marksOf(each))))
    const wanted = [...RARE, ...SIMULATED_POINTS.map((point) => `died at ${point}`)]
    if (seeds >= 500) expect(wanted.filter((name) => !marks.has(name))).toEqual([])
  })

  it('go the very same way again with the same seed', async () => {
    for (const seed of [3, 14, 159]) {
      const [first, second] = [await simulate(seed), await simulate(seed)]
      expect(second.hash).toBe(first.hash)
      expect(second.events).toBe(first.events)
    }
    expect((await simulate(4)).hash).not.toBe((await simulate(5)).hash)
  })
})

describe.runIf(one !== undefined)(`the stations with seed ${one}`, () => {
  it('keep their promises', async () => {
    const { violations } = await simulate(Number(one), (line) => process.stdout.write(line))
    expect(violations).toEqual([])
  })
})
