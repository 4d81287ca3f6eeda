import { type ChildProcess, spawn } from 'node:child_process'
import { processEnv, sheepfoldCommand } from './command.ts'
import { storeEnv } from './store-place.ts'
import { withDeadline } from './wait.ts'

/** A real `sheepfold serve` process on a free port, started as people start it. */
export interface ServeProcess {
  readonly pid: number
  /** The address that it prints once it is ready. Rejects where it ends before that. */
  readonly ready: Promise<string>
  readonly exited: Promise<ServeExit>
  hasExited(): boolean
  /** All that it wrote so far, its last 64 KB. */
  stderr(): string
  stdout(): string
  /** Sends the signal and resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<ServeExit>
  /** SIGTERM, and SIGKILL where that does not end it. */
  stop(): Promise<ServeExit>
}

/** One that is ready. */
export interface Serve extends ServeProcess {
  readonly url: string
}

export interface ServeExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ServeSettings {
  readonly dataDir: string
  /** The file that `--config` reads. */
  readonly configFile?: string
  readonly env?: Readonly<Record<string, string>>
  readonly apiKey?: string
  /** `--drain`, in seconds. */
  readonly drain?: number
  readonly args?: readonly string[]
  /** Put before the command, for a process that is to run in another namespace. */
  readonly wrap?: readonly string[]
}

export const API_KEY = 'sk-holysheep-test-0123456789abcdef'

// Guards against a process that hangs; nothing is expected to come near them.
const READY_MS_MAX = 60_000
const STOP_MS_MAX = 30_000
const OUTPUT_KEPT = 65_536

/** Starts the process and does not wait: for those that are expected to die early. */
export const spawnServe = (settings: ServeSettings): ServeProcess => {
  const { dataDir, configFile, env, apiKey = API_KEY, drain, args = [], wrap = [] } = settings
  const [command = process.execPath, ...rest] = [
    ...wrap,
    ...sheepfoldCommand,
    'serve',
    ...['--port', '0', '--data', dataDir],
    ...(configFile === undefined ? [] : ['--config', configFile]),
    ...(drain === undefined ? [] : ['--drain', String(drain)]),
    ...args,
  ]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: processEnv({
      SHEEPFOLD_BOOTSTRAP_KEY: apiKey,
      PROVIDER_KEY: 'sk-provider',
      ...storeEnv(dataDir),
      ...env,
    }),
  })
  return watch(child)
}

export const startServe = async (settings: ServeSettings): Promise<Serve> => {
  const serve = spawnServe(settings)
  try {
    return { ...serve, url: await withDeadline(serve.ready, READY_MS_MAX, 'the gateway to be ready') }
  } catch (error) {
    await serve.kill('SIGKILL')
    throw error
  }
}

const watch = (child: ChildProcess): ServeProcess => {
  const { pid } = child
  if (pid === undefined) throw new Error('the gateway does not start')
  const killWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const stdout = tailOf(child.stdout)
  const stderr = tailOf(child.stderr)
  const exited = new Promise<ServeExit>((resolve) => {
    // `close` and not `exit`: all that it wrote has been read by then.
    child.once('close', (code, signal) => {
      process.off('exit', killWithUs)
      resolve({ code, signal })
    })
  })
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null
  const kill = (signal: NodeJS.Signals = 'SIGKILL'): Promise<ServeExit> => {
    child.kill(signal)
    return exited
  }
  const stop = async (): Promise<ServeExit> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX)
    return kill('SIGTERM').finally(() => clearTimeout(timer))
  }
  return {
    pid,
    ready: readyUrl(child, stdout, exited, stderr),
    exited,
    hasExited,
    stdout,
    stderr,
    kill,
    stop,
  }
}

const tailOf = (stream: NodeJS.ReadableStream | null): (() => string) => {
  let text = ''
  stream?.on('data', (bytes) => {
    text = (text + String(bytes)).slice(-OUTPUT_KEPT)
  })
  return () => text
}

const readyUrl = (
  child: ChildProcess,
  stdout: () => string,
  exited: Promise<ServeExit>,
  stderr: () => string,
): Promise<string> => {
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const url = /sheepfold listening on (http\S+)\s/.exec(stdout())?.[1]
      if (url !== undefined) resolve(url)
    })
    void exited.then(({ code, signal }) =>
      reject(new Error(`the gateway ended with ${signal ?? `code ${code}`}:\n${stderr()}`)),
    )
  })
  // Not everybody waits for it: one that is made to die early must not end the test's own process.
  ready.catch(() => undefined)
  return ready
}
