import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep } from './clock/clock.ts'
import { systemClock, systemIds, systemRandom } from './clock/system.ts'
import type { Config } from './config/config.ts'
import { type Crash, crashOnOrder } from './crash/crash-points.ts'
import { startWebhooks } from './deliver/webhooks/station.ts'
import { deploymentViews } from './deployment-views.ts'
import { nativeDialect } from './dialect/native.ts'
import { openaiDialect } from './dialect/openai.ts'
import { createInteractive } from './execute/interactive/interactive.ts'
import { createRunningCalls } from './execute/interactive/running-calls.ts'
import { createDiskRoom, type Room } from './execute/room.ts'
import { createFileReadings } from './intake/file/thread/client.ts'
import { bootstrapKey, bootstrapOperatorKey } from './keys.ts'
import { costAt } from './money/cost-book.ts'
import { exchange } from './outbound/exchange.ts'
import { createGuardedCall } from './outbound/guarded-call.ts'
import { createResolve, type Resolve } from './outbound/resolve.ts'
import { createHttpCall } from './provider/http1/http-call.ts'
import { openaiProtocol } from './provider/openai/protocol.ts'
import type { AdminContext } from './server/admin/context.ts'
import { createApp } from './server/app.ts'
import { createBatchEnds } from './server/batch-ends.ts'
import { createHttpServers } from './server/connections/http-servers.ts'
import type { ServerContext } from './server/context.ts'
import { createHealth } from './server/health.ts'
import { type Stations, startStations } from './stations.ts'
import { type FileBlobs, openFileBlobs } from './storage/blobs/files.ts'
import { openStore } from './storage/open-store.ts'
import { dataDirPaths } from './storage/sqlite/data-dir.ts'
import type { Store } from './storage/store.ts'
import { sweepOrphans } from './sweep-orphans.ts'
import { createGateLog } from './telemetry/logs/gate-lines.ts'
import { createLog, type Log } from './telemetry/logs/log.ts'
import { openWatch } from './telemetry/open-watch.ts'
import type { Watch } from './telemetry/watch.ts'

export interface GatewayOptions {
  readonly dataDir: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  /** How hosts of webhooks are looked up; default: DNS. */
  readonly resolve?: Resolve | undefined
  /** A broken invariant: nothing can be trusted any more, and the process must end. */
  readonly onFatal: (error: unknown) => void
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

/** Calls of all deployments go through one client; a connection is opened when it is needed. */
const CONNECTIONS_MAX = 4_096
/** No other process ends a batch: this only guards against a hint that was lost. */
const LOOK_FOR_END_MS = 5_000

/** For recording usage after the drain; a store that is away must not keep the process alive. */
const RECORD_MS = 10_000

/** The whole server in one process: bodies in files below one directory, rows on SQLite beside them or on PostgreSQL. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { dataDir, env, onFatal } = options
  const log = createLog(logLevelOf(env, options.config))
  const crash = crashOnOrder(env.SHEEPFOLD_CRASH_AT)
  const store = await openStore({ dataDir, databaseUrl: env.DATABASE_URL, crash, onFatal })
  try {
    const blobs = await openFileBlobs({ root: dataDirPaths(dataDir).blobs, sweepUnfinished: true })
    const swept = await sweepOrphans(store.engine, blobs)
    if (swept > 0) log.info({ swept }, 'inputs and segments without an owner were removed')
    const watch = await openWatch({ store: store.engine, clock: systemClock, log, env })
    return await serve(options, { store, blobs, log, crash, watch })
  } catch (error) {
    await store.close()
    throw error
  }
}

const logLevelOf = (env: GatewayOptions['env'], { logLevel }: Config): string =>
  env.SHEEPFOLD_LOG_LEVEL || logLevel

interface Opened {
  readonly store: Store
  readonly blobs: FileBlobs
  readonly log: Log
  readonly crash: Crash
  readonly watch: Watch
}

const serve = async (options: GatewayOptions, opened: Opened): Promise<Gateway> => {
  const { env, resolve = createResolve() } = options
  const { store, blobs, log, crash, watch } = opened
  let { config } = options
  let isStopping = false
  const clock = systemClock
  const http = createHttpCall({ clock, connectionsMax: CONNECTIONS_MAX })
  const room = diskRoom(options.dataDir, () => config.execute.diskFreeBytesMin)
  const ends = createBatchEnds({
    clock,
    // Whose batch it is was settled before anybody waits for it.
    hasEnded: (batch) => store.engine.hasEnded(batch),
    lookMs: LOOK_FOR_END_MS,
  })
  const webhooks = startWebhooks({
    store: watch.deliveries(store.deliveries),
    call: createGuardedCall({ clock, resolve, exchange, rules: () => config.webhooks }),
    clock,
    random: systemRandom,
    ids: systemIds,
    settings: () => config.webhooks,
    noticeMs: () => config.retentionMs,
    crash,
    onDisabled: (disabled) => log.warn(disabled, 'a webhook is disabled'),
    onError: (where, error) => log.warn({ err: error }, `${where} failed and is tried again`),
  })
  const stations = await startStations({
    store: watch.store,
    blobs,
    call: http.call,
    clock,
    random: systemRandom,
    ids: systemIds,
    dialects: new Map([
      ['native', nativeDialect],
      ['openai', openaiDialect],
    ]),
    protocols: { openai: openaiProtocol },
    deployments: config.deployments,
    costBooks: config.costBooks,
    limits: config.execute,
    room,
    crash,
    alone: true,
    observer: watch.execute,
    onBatchEnded(batch) {
      ends.ended(batch)
      webhooks.wake()
      watch.batchEnded(batch)
    },
    onTick: createGateLog(log),
    onError: (where, error) => log.warn({ err: error }, `${where} failed and is tried again`),
    onFatal: (error) => {
      log.fatal({ err: error }, 'an invariant is broken')
      options.onFatal(error)
    },
  })
  const firstKey = await bootstrapKey(store.keys, systemIds, {
    prefix: config.keyPrefix,
    given: env.SHEEPFOLD_BOOTSTRAP_KEY,
  })
  await bootstrapOperatorKey(store.keys, systemIds, {
    prefix: config.keyPrefix,
    given: env.SHEEPFOLD_OPERATOR_KEY,
  })
  const fileReadings = createFileReadings()
  const servers = createHttpServers({ clock, observer: watch.server, limits: config.connections })
  const calls = createRunningCalls(
    watch.interactive(
      createInteractive({
        call: http.call,
        clock,
        random: systemRandom,
        compose: openaiDialect.composer(''),
        routes: stations.routes,
        batchLane: stations.batchLane,
        costOf: ({ costBook }, at) => costAt(config.costBooks, costBook, at)?.list,
        limits: () => config.execute,
        usage: watch.usage(stations.usage),
        observer: watch.calls,
      }),
    ),
  )
  const context: ServerContext = {
    clock,
    random: systemRandom,
    ids: systemIds,
    config: () => config,
    blobs,
    fileReadings,
    keys: store.keys,
    spentByKey: async (apiKey) => {
      // First: what is recorded meanwhile counts twice rather than not at all.
      const unrecorded = stations.usage.unrecorded(apiKey)
      return unrecorded + (await store.keys.spentByKey(apiKey))
    },
    tenant: store.tenant,
    ends,
    interactive: calls.call,
    whyWaiting: stations.whyWaiting,
    noRoom: room.trouble,
    onAccepted: stations.worker.wake,
    onEvent: webhooks.wake,
    crash,
    observer: watch.server,
    tracer: watch.tracer,
    health: createHealth({
      clock,
      ping: () => store.engine.ping(),
      holdsLease: stations.worker.holdsLease,
      noRoom: room.trouble,
      isStopping: () => isStopping,
    }),
    metrics: () => watch.metrics.expose(stations),
    onFault: (error, requestId) => log.error({ err: error, requestId }, 'a request failed through our fault'),
  }
  const app = createApp(context, { ...context, ...operatorsPart(store, stations) }, servers)
  const url = await app.listen({ host: options.host, port: options.port })
  log.info({ url, deployments: config.deployments.length }, 'started')
  return {
    url,
    firstKey,
    stations,
    store,
    connections: servers.connections,
    reconfigure(changed) {
      config = changed
      log.level = logLevelOf(env, config)
      servers.limit(config.connections)
      stations.reconfigure({ ...config, limits: config.execute })
    },
    async stop(drainMs) {
      isStopping = true
      log.info({ drain_seconds: drainMs / 1_000 }, 'stopping')
      ends.close()
      const closed = app.close()
      const patience = sleep(clock, drainMs)
      await stations.worker.stop(drainMs)
      await Promise.race([webhooks.stop(), patience])
      // An upload or a download that goes on for minutes is cut: both can be repeated.
      await Promise.race([closed, patience])
      // A stream that still runs is ended with an error, which its client gets before its connection is cut.
      http.close()
      await sleep(clock, 0)
      servers.closeAll()
      await closed
      await Promise.race([calls.idle().then(stations.usage.flush), sleep(clock, RECORD_MS)])
      await fileReadings.close()
      await watch.settled()
      await store.close()
      blobs.close()
      await watch.close()
      log.info('stopped')
    },
  }
}

/** What handlers of operators have beyond the others. */
const operatorsPart = (
  store: Store,
  stations: Stations,
): Omit<AdminContext, keyof ServerContext> & Pick<AdminContext, 'keys'> => ({
  store: store.admin,
  keys: store.keys,
  audit: store.audit,
  deployments: () => deploymentViews(stations.routes.reports()),
})

const diskRoom = (dataDir: string, freeBytesMin: () => number): Room =>
  createDiskRoom({
    path: join(dataDir),
    get freeBytesMin() {
      return freeBytesMin()
    },
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(dataDir)
      return bavail * bsize
    },
  })
