import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface GatewayProcess {
  readonly url: string
  /** Lets it drain, and ends it if it does not end. */
  stop(): Promise<void>
}

export interface GatewaySettings {
  /** The command line tool itself, as an argument of this very Node. */
  readonly command: readonly string[]
  readonly data: string
  readonly apiKey: string
}

const readyMsMax = 30_000
const stopMsMax = 10_000
const stderrLinesShown = 20

/** A gateway of our own, with the simulator behind every model; resolves when it is ready. */
export const startGateway = async (settings: GatewaySettings): Promise<GatewayProcess> => {
  const args = [
    ...settings.command,
    'serve',
    '--simulate',
    '--no-config',
    '--port',
    '0',
    '--data',
    settings.data,
  ]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // The demo keeps to its own folder, whatever database this shell is about.
    env: { ...process.env, DATABASE_URL: '', SHEEPFOLD_BOOTSTRAP_KEY: settings.apiKey },
  })
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const stop = async () => {
    await stopChild(child)
    process.off('exit', killWithUs)
  }
  try {
    return { url: await readyUrl(child), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const readyUrl = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let printed = ''
    const complaints: string[] = []
    const giveUp = (what: string) => {
      clearTimeout(timer)
      const tail = complaints.join('').split('\n').slice(-stderrLinesShown).join('\n')
      reject(new Error(`The gateway ${what}.\n${tail}`.trim()))
    }
    const timer = setTimeout(() => giveUp(`was not ready after ${readyMsMax / 1000} s`), readyMsMax)
    child.once('error', (error) => giveUp(`does not start: ${error.message}`))
    child.once('exit', (code, signal) => giveUp(`ended with ${signal ?? `code ${code}`} before it was ready`))
    child.stderr?.on('data', (bytes) => {
      complaints.push(String(bytes))
      if (complaints.length > 1_000) complaints.shift()
    })
    child.stdout?.on('data', (bytes) => {
      if (printed.length > 1_000_000) return
      printed += String(bytes)
      const url = /sheepfold listening on (http\S+)\s/.exec(printed)?.[1]
      if (url === undefined) return
      clearTimeout(timer)
      resolve(url)
    })
  })

const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
  await ended
  clearTimeout(timer)
}
