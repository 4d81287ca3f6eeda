import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

export const launcher = join(import.meta.dirname, '..', '..', 'bin', 'sheepfold.js')

export interface CommandEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandSettings {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Default: the Node that runs the tests. */
  readonly node?: string
  readonly command?: string
  /** What standard input says; default: there is none. */
  readonly input?: string | Uint8Array
}

/** The command as people start it, without a terminal. */
export const startCommand = (args: readonly string[], settings: CommandSettings = {}) => {
  const {
    SHEEPFOLD_API_KEY: _one,
    HOLYSHEEP_API_KEY: _other,
    SHEEPFOLD_BASE_URL: _url,
    ...inherited
  } = process.env
  const child = spawn(settings.node ?? process.execPath, [settings.command ?? launcher, ...args], {
    stdio: [settings.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...inherited, ...settings.env },
    ...(settings.cwd === undefined ? {} : { cwd: settings.cwd }),
  })
  child.stdin?.end(settings.input)
  return { child, ended: endOf(child) }
}

const endOf = (child: ChildProcess): Promise<CommandEnd> =>
  new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (bytes) => {
      stdout += bytes
    })
    child.stderr?.on('data', (bytes) => {
      stderr += bytes
    })
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
