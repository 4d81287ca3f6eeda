import { systemClock, systemIds, systemRandom } from '../clock/system.ts'
import type { Config } from '../config/config.ts'
import { deploymentViews } from '../deployment-views.ts'
import type { AdminContext } from '../server/admin/context.ts'
import type { ServerContext } from '../server/context.ts'
import { createHealth } from '../server/health.ts'
import { createWayOf, type WayOf } from '../translate/check/way.ts'
import { createCountInput } from './count-input.ts'
import type { Opened } from './open.ts'
import type { Parts } from './parts.ts'
import { PROTOCOLS } from './protocols.ts'

export interface ContextOrder {
  readonly opened: Opened
  readonly parts: Parts
  readonly config: () => Config
  readonly isStopping: () => boolean
}

/** What handlers are handed of the parts. */
export const serverContext = ({ opened, parts, config, isStopping }: ContextOrder): ServerContext => {
  const { store, blobs, watch, crash, log } = opened
  const { stations, webhooks, room, ends, calls, readings } = parts
  const clock = systemClock
  return {
    clock,
    random: systemRandom,
    ids: systemIds,
    config,
    blobs,
    readings,
    keys: store.keys,
    spentByKey: async (apiKey) => {
      // First: what is recorded meanwhile counts twice rather than not at all.
      const unrecorded = stations.usage.unrecorded(apiKey)
      return unrecorded + (await store.keys.spentByKey(apiKey))
    },
    tenant: store.tenant,
    wayOf: waysOfConfigs(),
    ends,
    interactive: calls.call,
    countInput: createCountInput(PROTOCOLS),
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
      isStopping,
    }),
    metrics: () => watch.metrics.expose(stations),
    onFault: (error, requestId) => log.error({ err: error, requestId }, 'a request failed through our fault'),
  }
}

/** Made once for each configuration: every call and every create asks. */
const waysOfConfigs = (): ServerContext['wayOf'] => {
  const known = new WeakMap<Config, WayOf>()
  return (config) => {
    const wayOf = known.get(config) ?? createWayOf(config.deployments, PROTOCOLS)
    known.set(config, wayOf)
    return wayOf
  }
}

/** What handlers of operators have, and no others. */
export const adminContext = ({ opened: { store }, parts, config }: ContextOrder): AdminContext => ({
  clock: systemClock,
  ids: systemIds,
  config,
  store: store.admin,
  keys: store.keys,
  audit: store.audit,
  tenant: store.tenant,
  deployments: () => deploymentViews(parts.stations.routes.reports()),
  whyWaiting: parts.stations.whyWaiting,
  onAccepted: parts.stations.worker.wake,
})
