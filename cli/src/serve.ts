import { simulatedDeployments, startGateway } from '@sheepfold/gateway'
import {
  KEY_VARIABLES,
  type LoadedConfig,
  readConfigFile,
  readConfigWithoutKeys,
  type ServerSettings,
  withoutFile,
} from '@sheepfold/gateway/config'
import type { ServeOptions } from './command-options.ts'
import { configPath } from './config/config-path.ts'
import { createReload } from './config/reload.ts'
import { hasTerminal } from './config/terminal.ts'
import { startSimulatorThread } from './simulator-thread.ts'

/** What --simulate puts behind every model, whatever its name: 300 ms ± 100, no rate limits. */
const SIMULATED = { anyModel: true, defaults: { firstByteMs: 300, firstByteSpreadMs: 100 } }

/** EX_SOFTWARE of sysexits.h: something that cannot be has happened. */
const BROKEN_EXIT_CODE = 70

/** The server, until SIGTERM or SIGINT; ready when it prints its address. */
export const serve = async (options: ServeOptions): Promise<void> => {
  refuseRole(options.role)
  const path = configPath(options.config)
  const hangUps = catchHangUps()
  const read = await configReader(path, options)
  const started = read()
  let { server } = started
  if (path !== undefined) console.log(`Configuration: ${path}`)
  const gateway = await startGateway({
    ...server,
    config: started.config,
    env: process.env,
    onFatal: (error) => {
      console.error('sheepfold: an invariant is broken, so this process stops:', error)
      process.exit(BROKEN_EXIT_CODE)
    },
  })
  if (gateway.firstKey !== undefined) {
    console.log(`Your first API key, shown this once: ${gateway.firstKey}`)
  }
  const reload = createReload({
    path: path ?? '',
    read,
    started,
    apply(loaded) {
      server = loaded.server
      gateway.reconfigure(loaded.config)
    },
    say: console.log,
    complain: console.error,
  })
  const stopped = stopSignal({ hangUps, onHangUp: path === undefined ? undefined : reload })
  // Last: who reads it may stop the server at once, and it ends in good order.
  console.log(`sheepfold listening on ${gateway.url}`)
  await stopped
  await gateway.stop(server.drainSeconds * 1_000)
  process.exit(0)
}

const refuseRole = (role: ServeOptions['role']): void => {
  if (role === 'all') return
  throw new Error(
    process.env.DATABASE_URL
      ? `--role ${role} needs bodies that processes share: they lie in a data directory, and one process does everything for it.`
      : `--role ${role} needs DATABASE_URL: on SQLite one process does everything for its data directory.`,
  )
}

/** Reads what holds now: the file, or the environment where there is none, and the flags over either. */
const configReader = async (path: string | undefined, options: ServeOptions): Promise<() => LoadedConfig> => {
  const simulated = options.simulate ? simulatedDeployments(await startSimulatorThread(SIMULATED)) : undefined
  const readFile = simulated ? readConfigWithoutKeys : readConfigFile
  return () => {
    const loaded = path === undefined ? withoutFile(process.env) : readFile(path, process.env)
    const deployments = simulated ?? loaded.config.deployments
    if (deployments.length === 0) {
      throw new Error(
        `No model can be served: set one of ${KEY_VARIABLES.join(', ')}, list deployments in sheepfold.yaml, or try --simulate.`,
      )
    }
    return { ...loaded, config: { ...loaded.config, deployments }, server: withFlags(loaded.server, options) }
  }
}

const withFlags = (server: ServerSettings, options: ServeOptions): ServerSettings => ({
  host: options.host ?? server.host,
  port: options.port ?? server.port,
  dataDir: options.data ?? server.dataDir,
  drainSeconds: options.drain ?? server.drainSeconds,
})

interface HangUps {
  /** From now on; one that came before is told at once. */
  listen(callback: () => void): void
}

/** SIGHUP must not end a server that is about to be ready. */
const catchHangUps = (): HangUps => {
  let callback: (() => void) | undefined
  let isMissed = false
  process.on('SIGHUP', () => {
    if (callback) callback()
    else isMissed = true
  })
  return {
    listen(listener) {
      callback = listener
      if (isMissed) listener()
    },
  }
}

/**
 * Resolves when the server is to stop. A hang-up reads the configuration again where there is a file; where
 * there is none, or where it says that the terminal is gone, it stops the server as ever.
 */
const stopSignal = (order: { hangUps: HangUps; onHangUp: (() => void) | undefined }): Promise<void> => {
  const { hangUps, onHangUp } = order
  const hadTerminal = hasTerminal()
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
    hangUps.listen(() => {
      if (onHangUp === undefined || (hadTerminal && !hasTerminal())) resolve()
      else onHangUp()
    })
  })
}
