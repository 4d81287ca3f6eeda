import { createServer, type RequestListener, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../clock/clock.ts'
import type { ConnectionLimits } from '../../config/config.ts'
import type { ServerObserver } from '../observer.ts'
import { answerBadHttp } from './bad-http.ts'
import { createConnectionRoom } from './connection-room.ts'
import { createLastWords } from './last-words.ts'
import { followExchanges } from './open-exchanges.ts'
import { endSlowReaders } from './slow-readers.ts'
import { endStalled } from './stalled.ts'
import { unambiguous } from './unambiguous.ts'

/**
 * The servers of one application, with the same limits for all their connections: a host name that has two
 * addresses has two of them.
 */
export interface HttpServers {
  open(handler: RequestListener): Server
  /** The connection is one too many for anything but a probe. */
  isSpare(socket: Duplex): boolean
  /** Closes what is open for nothing. */
  makeRoom(): Promise<void>
  /** Other limits from now on; connections that wait go by those of their last request. */
  limit(limits: ConnectionLimits): void
  /** How many are open: for tests and gauges. */
  connections(): number
  closeIdle(): void
  closeAll(): void
}

const HEADERS_BYTES_MAX = 16_384
/** How late the end of a request that never becomes whole may be. */
const LATE_MS_MAX = 5_000

export const createHttpServers = (order: {
  clock: Clock
  observer: Pick<ServerObserver, 'notHttp'>
  limits: ConnectionLimits
}): HttpServers => {
  const { clock, observer } = order
  let { limits } = order
  const servers: Server[] = []
  const room = createConnectionRoom({ clock, max: () => limits.max, closeIdle: () => closeIdle() })
  const closeIdle = (): void => {
    for (const server of servers) server.closeIdleConnections()
  }

  const apply = (server: Server): void => {
    server.headersTimeout = limits.headersMs
    server.requestTimeout = limits.requestMs
    server.keepAliveTimeout = limits.keepAliveMs
    server.timeout = limits.stalledMs
    server.maxConnections = room.connectionsMax()
  }

  return {
    open(handler) {
      const exchanges = followExchanges()
      const lastWords = createLastWords({ clock, observer, exchanges })
      const server = createServer(
        {
          maxHeaderSize: HEADERS_BYTES_MAX,
          // Node's own answer to a missing Host has no body: a hook gives one.
          requireHostHeader: false,
          connectionsCheckingInterval: Math.min(LATE_MS_MAX, limits.headersMs, limits.requestMs),
        },
        unambiguous(handler, { exchanges, lastWords }),
      )
      apply(server)
      answerBadHttp(server, { exchanges, lastWords })
      endStalled(server, { exchanges, lastWords })
      endSlowReaders(server, { clock, windowMs: () => limits.requestMs })
      room.watch(server)
      servers.push(server)
      return server
    },
    isSpare: room.isSpare,
    makeRoom: room.make,
    limit(changed) {
      limits = changed
      for (const server of servers) apply(server)
    },
    connections: room.open,
    closeIdle,
    closeAll() {
      for (const server of servers) server.closeAllConnections()
    },
  }
}
