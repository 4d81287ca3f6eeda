import { join } from 'node:path'
import {
  type Simulator,
  type SimulatorOptions,
  type SimulatorServer,
  startSimulator,
} from '@sheepfold/simulator'
import { deployment, writeConfig } from './config-file.ts'
import { type PatientClient, patientClient } from './patient-client.ts'
import { type Serve, type ServeProcess, type ServeSettings, spawnServe } from './serve.ts'
import type { SmallDisk } from './small-disk.ts'
import { makePlace } from './store-place.ts'
import { tempDir } from './temp-dir.ts'
import { withDeadline } from './wait.ts'

/** A provider in this process, and one data directory that gateways are started on, one after another. */
export interface Stage {
  readonly dataDir: string
  readonly simulator: Simulator
  /** That of `secondSimulator`. */
  readonly second: Simulator
  /** Talks to whichever gateway was started last. */
  readonly client: PatientClient
  /** The address of that gateway. */
  url(): string
  /** Starts a gateway and does not wait for it: for those that are made to die. */
  spawn(settings?: StageSettings): ServeProcess
  start(settings?: StageSettings): Promise<Serve>
}

type StageSettings = Omit<ServeSettings, 'dataDir'>

export interface StageOptions {
  readonly simulator?: SimulatorOptions
  /** Of another provider, for tests with two deployments. */
  readonly secondSimulator?: SimulatorOptions
  /** Limits of the one deployment. */
  readonly limits?: Readonly<Record<string, number>>
  /** A whole configuration in place of the one with that deployment. */
  readonly config?: (providerUrl: string, secondUrl: string) => object
  /** The gateways live on it. */
  readonly disk?: SmallDisk
}

/** Nobody listens on it. */
const NOWHERE = 'http://127.0.0.1:1'
const READY_MS_MAX = 60_000

/** Sets the stage, plays, and leaves nothing behind: no process, no port, no file. */
export const withStage = async (
  options: StageOptions,
  play: (stage: Stage) => Promise<void>,
): Promise<void> => {
  const folder = tempDir()
  const dataDir = options.disk === undefined ? folder.dataDir : join(options.disk.path, 'data')
  const place = await makePlace(dataDir)
  const provider = await startSimulator(options.simulator)
  const second = await startSimulator(options.secondSimulator)
  const started: ServeProcess[] = []
  try {
    const { limits = {}, config = (url) => ({ deployments: [deployment({ url, limits })] }) } = options
    const configFile = writeConfig(folder.path, config(provider.url, second.url))
    await play(setStage({ dataDir, configFile, provider, second, started, wrap: options.disk?.wrap ?? [] }))
  } finally {
    await Promise.all(started.map((serve) => serve.kill('SIGKILL')))
    await Promise.all([provider.close(), second.close(), place.remove()])
    folder[Symbol.dispose]()
  }
}

interface Setting {
  readonly dataDir: string
  readonly wrap: readonly string[]
  readonly configFile: string
  readonly provider: SimulatorServer
  readonly second: SimulatorServer
  /** Every gateway that is started is put here. */
  readonly started: ServeProcess[]
}

const setStage = ({ dataDir, wrap, configFile, provider, second, started }: Setting): Stage => {
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
    second: second.simulator,
    client: patientClient(() => url),
    url: () => url,
    spawn,
    async start(settings) {
      const serve = spawn(settings)
      return { ...serve, url: await withDeadline(serve.ready, READY_MS_MAX, 'the gateway to be ready') }
    },
  }
}
