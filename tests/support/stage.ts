import { join } from 'node:path'
import { type Simulator, type SimulatorOptions, startSimulator } from '@sheepfold/simulator'
import { deployment, writeConfig } from './config-file.ts'
import { type PatientClient, patientClient } from './patient-client.ts'
import { type Serve, type ServeProcess, type ServeSettings, spawnServe } from './serve.ts'
import type { SmallDisk } from './small-disk.ts'
import { tempDir } from './temp-dir.ts'
import { withDeadline } from './wait.ts'

/** A provider in this process, and one data directory that gateways are started on, one after another. */
export interface Stage {
  readonly dataDir: string
  readonly simulator: Simulator
  /** Of the simulator, without `/v1`. */
  readonly providerUrl: string
  /** Talks to whichever gateway was started last. */
  readonly client: PatientClient
  /** The address of that gateway. */
  url(): string
  /** Starts a gateway and does not wait for it: for those that are made to die. */
  spawn(settings?: StageSettings): ServeProcess
  start(settings?: StageSettings): Promise<Serve>
  /** Ends every gateway and the provider, and removes the directory. */
  [Symbol.asyncDispose](): Promise<void>
}

type StageSettings = Omit<ServeSettings, 'dataDir'>

export interface StageOptions {
  readonly simulator?: SimulatorOptions
  /** Limits of the one deployment. */
  readonly limits?: Readonly<Record<string, number>>
  /** A whole configuration in place of the one with that deployment. */
  readonly config?: (providerUrl: string) => object
  /** The gateways live on it. */
  readonly disk?: SmallDisk
}

/** Nobody listens on it. */
const NOWHERE = 'http://127.0.0.1:1'
const READY_MS_MAX = 60_000

export const createStage = async (options: StageOptions = {}): Promise<Stage> => {
  const { limits = {}, config: configure = (url) => ({ deployments: [deployment({ url, limits })] }) } =
    options
  const folder = tempDir()
  const provider = await startSimulator(options.simulator)
  const configFile = writeConfig(folder.path, configure(provider.url))
  const { disk } = options
  const dataDir = disk === undefined ? folder.dataDir : join(disk.path, 'data')
  const wrap = disk?.wrap ?? []
  const started: ServeProcess[] = []
  let url = NOWHERE

  const spawn = (settings: StageSettings = {}): ServeProcess => {
    const serve = spawnServe({ dataDir, configFile, wrap, ...settings })
    started.push(serve)
    const moved = serve.ready.then((address) => {
      url = address
    })
    // One that dies before it is ready has no address.
    moved.catch(() => undefined)
    return serve
  }

  return {
    dataDir,
    simulator: provider.simulator,
    providerUrl: provider.url,
    client: patientClient(() => url),
    url: () => url,
    spawn,
    async start(settings) {
      const serve = spawn(settings)
      return { ...serve, url: await withDeadline(serve.ready, READY_MS_MAX, 'the gateway to be ready') }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((serve) => serve.kill('SIGKILL')))
      await provider.close()
      folder[Symbol.dispose]()
    },
  }
}
