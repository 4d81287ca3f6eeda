import { systemIds } from './clock/system.ts'
import type { Config } from './config/config.ts'
import { bootstrapKey, bootstrapOperatorKey } from './keys.ts'
import { adminContext, serverContext } from './main/contexts.ts'
import { logLevelOf, type Opened, type OpenOptions, withOpened } from './main/open.ts'
import { startParts } from './main/parts.ts'
import { stopAll } from './main/stop.ts'
import { createResolve, type Resolve } from './outbound/resolve.ts'
import { createApp } from './server/app.ts'
import type { Stations } from './stations.ts'
import type { Store } from './storage/store.ts'

export interface GatewayOptions extends OpenOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** How hosts of webhooks are looked up; default: DNS. */
  readonly resolve?: Resolve | undefined
}

export interface Gateway {
  /** `http://127.0.0.1:8787` */
  readonly url: string
  /** A key that was made at the first start; it is shown this once. */
  readonly firstKey: string | undefined
  readonly stations: Stations
  readonly store: Store
  /** Of clients, open at the moment. */
  connections(): number
  /** Another configuration from now on, without losing work. Where the server runs stays as it is. */
  reconfigure(config: Config): void
  /** Stops starting, lets calls in flight finish for up to `drainMs`, hands the rest back, closes. */
  stop(drainMs: number): Promise<void>
}

/** The whole server in one process: bodies in files below one directory, rows on SQLite beside them or on PostgreSQL. */
export const startGateway = (options: GatewayOptions): Promise<Gateway> =>
  withOpened(options, (opened) => serve(options, opened))

const serve = async (options: GatewayOptions, opened: Opened): Promise<Gateway> => {
  const { env, host, port, resolve = createResolve() } = options
  const { store, log } = opened
  let current = options.config
  let isStopping = false
  const config = (): Config => current
  const parts = await startParts({ ...options, opened, config, resolve })
  const { stations, servers } = parts
  const firstKey = await bootstrapKeys(options, store)
  const order = { opened, parts, config, isStopping: () => isStopping }
  const app = createApp(serverContext(order), adminContext(order), servers)
  const url = await app.listen({ host, port })
  log.info({ url, deployments: current.deployments.length }, 'started')
  return {
    url,
    firstKey,
    stations,
    store,
    connections: servers.connections,
    reconfigure(changed) {
      current = changed
      log.level = logLevelOf(env, changed)
      servers.limit(changed.connections)
      stations.reconfigure({ ...changed, limits: changed.execute })
    },
    async stop(drainMs) {
      isStopping = true
      log.info({ drain_seconds: drainMs / 1_000 }, 'stopping')
      await stopAll({ app, opened, parts }, drainMs)
      log.info('stopped')
    },
  }
}

const bootstrapKeys = async (
  { config: { keyPrefix: prefix }, env }: GatewayOptions,
  { keys }: Store,
): Promise<string | undefined> => {
  const firstKey = await bootstrapKey(keys, systemIds, { prefix, given: env.SHEEPFOLD_BOOTSTRAP_KEY })
  await bootstrapOperatorKey(keys, systemIds, { prefix, given: env.SHEEPFOLD_OPERATOR_KEY })
  return firstKey
}
