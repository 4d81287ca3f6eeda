import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { storeEnv } from './store-place.ts'

const root = join(import.meta.dirname, '..', '..')

/** `sheepfold`, as words of a command line. */
export const sheepfoldCommand: readonly string[] = [
  process.execPath,
  '--import',
  join(import.meta.dirname, 'die-with-parent.ts'),
  join(root, 'cli', 'bin', 'sheepfold.js'),
]

/** Compiled once for all the processes that tests start: 0.3 s less for each of a hundred. */
const COMPILE_CACHE = join(root, 'node_modules', '.cache', 'sheepfold-tests')

/** The environment of a started process, without what would lead it away from the test. */
export const processEnv = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(DATABASE_URL|SHEEPFOLD|HOLYSHEEP|OPENAI|ANTHROPIC|GEMINI|GOOGLE|DEEPSEEK|VITEST|NODE_)/.test(name),
  )
  return { ...Object.fromEntries(kept), NODE_COMPILE_CACHE: COMPILE_CACHE, ...more }
}

/** A command that names a data directory finds its rows. */
const storeEnvOf = (args: readonly string[]): Record<string, string> => {
  const dataDir = args[args.indexOf('--data') + 1]
  return args.includes('--data') && dataDir !== undefined ? storeEnv(dataDir) : {}
}

export interface CommandEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `sheepfold …` to its end. */
export const sheepfold = (...args: readonly string[]): Promise<CommandEnd> => sheepfoldIn([], ...args)

/** The same, in the namespace that the words before the command lead to. */
export const sheepfoldIn = (wrap: readonly string[], ...args: readonly string[]): Promise<CommandEnd> => {
  const [command = process.execPath, ...rest] = [...wrap, ...sheepfoldCommand, ...args]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: processEnv(storeEnvOf(args)),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes) => {
    stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    stderr += bytes
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
