import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Config,
  configOf,
  createKey,
  type Gateway,
  type GatewayOptions,
  NO_ACCOUNT,
  NO_KEY_LIMITS,
  operatorPrefix,
  simulatedDeployments,
  startGateway,
  systemIds,
} from '@sheepfold/gateway'
import { makePlace, rowsOf, storeEnv } from './store-place.ts'

/** A server in this process, with a data directory of its own. */
export interface TestGateway {
  readonly url: string
  /** A good key of the first account. */
  readonly key: string
  readonly gateway: Gateway
  readonly dataDir: string
  /** What it began with. */
  readonly config: Config
  newKey(order?: NewKey): Promise<{ id: string; secret: string }>
  /** A key that opens /v1/admin. */
  newOperatorKey(): Promise<{ id: string; secret: string }>
  /** Rows of a table, read beside the running server. */
  count(table: 'batch' | 'shard'): Promise<number>
  /** Every blob that is stored or half-stored. */
  blobs(): string[]
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

interface NewKey {
  readonly account?: string
  readonly models?: readonly string[]
  readonly expiresAt?: number
  readonly limits?: Partial<typeof NO_KEY_LIMITS>
}

export interface TestGatewayOptions {
  /** A provider with OpenAI's chat completions, without `/v1`. */
  readonly provider: string
  readonly adapt?: (config: Config) => Config
  /** Of a server that was stopped, to go on with what it left; default: a new one. */
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  /** How hosts of webhooks are looked up; default: DNS. */
  readonly resolve?: GatewayOptions['resolve']
}

const KEY = 'sk-holysheep-test-0123456789abcdef'

export const openGateway = async ({
  provider,
  adapt = (config) => config,
  dataDir = mkdtempSync(join(tmpdir(), 'sheepfold-flow-')),
  env = {},
  resolve,
}: TestGatewayOptions): Promise<TestGateway> => {
  const place = await makePlace(dataDir)
  const config = adapt(configOf(speaksOpenai(simulatedDeployments(provider), provider)))
  let fatal: unknown
  const gateway = await startGateway({
    dataDir,
    host: '127.0.0.1',
    port: 0,
    config,
    env: { SHEEPFOLD_BOOTSTRAP_KEY: KEY, SHEEPFOLD_LOG_LEVEL: 'error', ...storeEnv(dataDir), ...env },
    ...(resolve === undefined ? {} : { resolve }),
    onFatal: (error) => {
      fatal = error
    },
  })
  return {
    url: gateway.url,
    key: KEY,
    gateway,
    dataDir,
    config,
    async newKey({ account = 'acct_default', models, expiresAt, limits } = {}) {
      const { key, secret } = await createKey(gateway.store.keys, systemIds, {
        name: 'test',
        account,
        models: models ?? null,
        expiresAt: expiresAt ?? null,
        role: 'client',
        limits: { ...NO_KEY_LIMITS, ...limits },
        prefix: 'sk-holysheep-',
      })
      return { id: key.id, secret }
    },
    async newOperatorKey() {
      const { key, secret } = await createKey(gateway.store.keys, systemIds, {
        name: 'operator',
        account: NO_ACCOUNT,
        models: null,
        expiresAt: null,
        role: 'operator',
        limits: NO_KEY_LIMITS,
        prefix: operatorPrefix('sk-holysheep-'),
      })
      return { id: key.id, secret }
    },
    async count(table) {
      const [row] = await rowsOf(dataDir, `SELECT count(*) AS n FROM ${table}`)
      return Number(row?.n)
    },
    blobs: () => filesBelow(join(dataDir, 'blobs')),
    async stop() {
      await gateway.stop(0)
      rmSync(dataDir, { recursive: true, force: true })
      await place.remove()
      if (fatal !== undefined) throw fatal
    },
  }
}

/** Most providers of tests speak nothing else, whoever makes the model. */
const speaksOpenai = (deployments: Config['deployments'], provider: string): Config['deployments'] =>
  deployments.map((deployment) => ({ ...deployment, provider: 'openai', baseUrl: `${provider}/v1` }))

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
