import { systemClock, systemIds, systemRandom } from '../clock/system.ts'
import type { Config } from '../config/config.ts'
import { startWebhooks, type WebhookStation } from '../deliver/webhooks/station.ts'
import { anthropicDialect } from '../dialect/anthropic.ts'
import { nativeDialect } from '../dialect/native.ts'
import { openaiDialect } from '../dialect/openai.ts'
import { createInteractive } from '../execute/interactive/interactive.ts'
import { createRunningCalls, type RunningCalls } from '../execute/interactive/running-calls.ts'
import type { Room } from '../execute/room.ts'
import { createReadings, type Readings } from '../intake/thread/client.ts'
import { costAt } from '../money/cost-book.ts'
import { exchange } from '../outbound/exchange.ts'
import { createGuardedCall, type GuardedCall } from '../outbound/guarded-call.ts'
import type { Resolve } from '../outbound/resolve.ts'
import { createHttpCall, type HttpCall } from '../provider/http1/http-call.ts'
import { type BatchEnds, createBatchEnds } from '../server/batch-ends.ts'
import { createHttpServers, type HttpServers } from '../server/connections/http-servers.ts'
import { type Stations, startStations } from '../stations.ts'
import { createGateLog } from '../telemetry/logs/gate-lines.ts'
import { createChannels } from '../translate/channels.ts'
import { createMediaFetcher, type MediaFetcher } from '../translate/media/fetch-media.ts'
import { diskRoom } from './disk-room.ts'
import type { Opened } from './open.ts'
import { PROTOCOLS } from './protocols.ts'

/** All that runs in the process beside the handlers. */
export interface Parts {
  readonly http: HttpCall
  readonly room: Room
  readonly ends: BatchEnds
  readonly webhooks: WebhookStation
  readonly stations: Stations
  readonly calls: RunningCalls
  readonly readings: Readings
  readonly servers: HttpServers
}

export interface PartsOrder {
  readonly dataDir: string
  readonly opened: Opened
  /** As it is now. */
  readonly config: () => Config
  readonly resolve: Resolve
  readonly onFatal: (error: unknown) => void
}

/** Calls of all deployments go through one client; a connection is opened when it is needed. */
const CONNECTIONS_MAX = 4_096
/** No other process ends a batch: this only guards against a hint that was lost. */
const LOOK_FOR_END_MS = 5_000

export const startParts = async (order: PartsOrder): Promise<Parts> => {
  const { dataDir, opened, config, resolve } = order
  const { store, watch } = opened
  const clock = systemClock
  const http = createHttpCall({ clock, connectionsMax: CONNECTIONS_MAX })
  const room = diskRoom(dataDir, () => config().execute.diskFreeBytesMin)
  const ends = createBatchEnds({
    clock,
    // Whose batch it is was settled before anybody waits for it.
    hasEnded: (batch) => store.engine.hasEnded(batch),
    lookMs: LOOK_FOR_END_MS,
  })
  const guardedCall = createGuardedCall({ clock, resolve, exchange, rules: () => config().webhooks })
  const webhooks = webhookStation(order, guardedCall)
  const media = createMediaFetcher({ call: guardedCall, clock, limits: () => config().translation.media })
  const onBatchEnded = (batch: string): void => {
    ends.ended(batch)
    media.forget(batch)
    webhooks.wake()
    watch.batchEnded(batch)
  }
  const stations = await executeAndSettle(order, { http, room, media, onBatchEnded })
  return {
    http,
    room,
    ends,
    webhooks,
    stations,
    calls: ordinaryCalls(order, { http, stations }),
    readings: createReadings(),
    servers: createHttpServers({ clock, observer: watch.server, limits: config().connections }),
  }
}

const webhookStation = ({ opened, config }: PartsOrder, call: GuardedCall): WebhookStation => {
  const { store, watch, crash, log } = opened
  return startWebhooks({
    store: watch.deliveries(store.deliveries),
    call,
    clock: systemClock,
    random: systemRandom,
    ids: systemIds,
    settings: () => config().webhooks,
    noticeMs: () => config().retentionMs,
    crash,
    onDisabled: (disabled) => log.warn(disabled, 'a webhook is disabled'),
    onError: (where, error) => log.warn({ err: error }, `${where} failed and is tried again`),
  })
}

interface Executing extends Pick<Parts, 'http' | 'room'> {
  readonly media: MediaFetcher
  readonly onBatchEnded: (batch: string) => void
}

const executeAndSettle = (
  { opened, config, onFatal }: PartsOrder,
  { http, media, ...given }: Executing,
): Promise<Stations> => {
  const { blobs, watch, crash, log } = opened
  const { deployments, costBooks, execute: limits } = config()
  return startStations({
    ...given,
    store: watch.store,
    blobs,
    call: http.call,
    clock: systemClock,
    random: systemRandom,
    ids: systemIds,
    dialects: new Map([
      ['native', nativeDialect],
      ['openai', openaiDialect],
      ['anthropic', anthropicDialect],
    ]),
    channelOf: createChannels({
      protocols: PROTOCOLS,
      fetchMedia: media.fetch,
      now: systemClock.now,
    }),
    ratesOf: ({ provider }) => PROTOCOLS[provider]?.rates,
    deployments,
    costBooks,
    limits,
    crash,
    alone: true,
    observer: watch.execute,
    onTick: createGateLog(log),
    onError: (where, error) => log.warn({ err: error }, `${where} failed and is tried again`),
    onFatal: (error) => {
      log.fatal({ err: error }, 'an invariant is broken')
      onFatal(error)
    },
  })
}

const ordinaryCalls = (
  { opened: { watch }, config }: PartsOrder,
  { http, stations }: Pick<Parts, 'http' | 'stations'>,
): RunningCalls => {
  const interactive = createInteractive({
    call: http.call,
    clock: systemClock,
    random: systemRandom,
    compose: openaiDialect.composer(''),
    routes: stations.routes,
    batchLane: stations.batchLane,
    costOf: ({ costBook }, at) => costAt(config().costBooks, costBook, at)?.list,
    limits: () => config().execute,
    usage: watch.usage(stations.usage),
    observer: watch.calls,
  })
  return createRunningCalls(watch.interactive(interactive))
}
