import {
  configOf,
  environmentDeployments,
  readConfigFile,
  simulatedDeployments,
  startGateway,
} from '@sheepfold/gateway'
import type { ServeOptions } from './command-options.ts'
import { startSimulatorThread } from './simulator-thread.ts'

/** What --simulate puts behind every model: 300 ms ± 100, no rate limits. */
const SIMULATED = { firstByteMs: 300, firstByteSpreadMs: 100 }

/** EX_SOFTWARE of sysexits.h: something that cannot be has happened. */
const BROKEN_EXIT_CODE = 70

/** The server, until SIGTERM or SIGINT; ready when it prints its address. */
export const serve = async (options: ServeOptions): Promise<void> => {
  refuseRole(options.role)
  const gateway = await startGateway({
    dataDir: options.data,
    host: options.host,
    port: options.port,
    config: await configFor(options),
    env: process.env,
    onFatal: (error) => {
      console.error('sheepfold: an invariant is broken, so this process stops:', error)
      process.exit(BROKEN_EXIT_CODE)
    },
  })
  if (gateway.firstKey !== undefined) {
    console.log(`Your first API key, shown this once: ${gateway.firstKey}`)
  }
  console.log(`sheepfold listening on ${gateway.url}`)
  await stopSignal()
  await gateway.stop(options.drain * 1_000)
  process.exit(0)
}

const refuseRole = (role: ServeOptions['role']): void => {
  if (role === 'all') return
  throw new Error(
    `--role ${role} needs DATABASE_URL: on SQLite one process does everything for its data directory.`,
  )
}

const configFor = async ({ simulate, config }: ServeOptions) => {
  const base =
    config === undefined ? configOf(environmentDeployments(process.env)) : readConfigFile(config, process.env)
  if (simulate) {
    const url = await startSimulatorThread({ defaults: SIMULATED })
    return { ...base, deployments: simulatedDeployments(`${url}/v1`) }
  }
  if (base.deployments.length === 0) {
    throw new Error(
      'No model can be served: set OPENAI_API_KEY, name a --config file with deployments, or try --simulate.',
    )
  }
  return base
}

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
