import { readOptionsFile, type SimulatorServerOptions, startSimulator } from '@sheepfold/simulator'
import type { SimulateOptions } from './command-options.ts'

/** All providers on one port, until a signal ends it. */
export const simulate = async (options: SimulateOptions): Promise<void> => {
  const server = await startSimulator(await simulatorOptions(options))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
  console.log(`simulator listening on ${server.url}`)
}

/** What the command line says goes before what the file says. */
const simulatorOptions = async (options: SimulateOptions): Promise<SimulatorServerOptions> => {
  const fromFile = options.faults === undefined ? {} : await readOptionsFile(options.faults)
  return {
    ...fromFile,
    host: options.host,
    port: options.port,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    defaults: {
      ...fromFile.defaults,
      ...(options.latency === undefined ? {} : { firstByteMs: options.latency }),
      ...(options.spread === undefined ? {} : { firstByteSpreadMs: options.spread }),
    },
  }
}
