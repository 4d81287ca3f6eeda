import { Connection, type ConnectionOptions } from './connection.ts'
import type { Exchange } from './exchange.ts'
import type { Place } from './request-head.ts'

/** The connections to one origin; more calls than connections wait in line. */
export interface Connections {
  start(exchange: Exchange): void
  /** Closes what has been idle for too long: the other side would close it too, perhaps under a request. */
  closeIdle(now: number): void
  count(): number
  destroy(): void
}

export interface ConnectionsOptions extends ConnectionOptions {
  readonly connectionsMax: number
  readonly idleMsMax: number
  readonly now: () => number
}

interface Idle {
  readonly connection: Connection
  readonly since: number
}

/**
 * A stack of free connections: the one used last is used next, so that the spare ones idle out and those in
 * use are the least likely to have been closed by the other side.
 */
export const createConnections = (place: Place, options: ConnectionsOptions): Connections => {
  const all = new Set<Connection>()
  let free: Idle[] = []
  const waiting = new Set<Exchange>()

  const nextWaiting = (): Exchange | undefined => {
    for (const exchange of waiting) {
      waiting.delete(exchange)
      if (!exchange.isSettled) return exchange
    }
    return undefined
  }

  const events = {
    onFree(connection: Connection): void {
      const next = nextWaiting()
      if (next) connection.start(next)
      else free.push({ connection, since: options.now() })
    },
    onClosed(connection: Connection): void {
      if (!all.delete(connection)) return
      free = free.filter((idle) => idle.connection !== connection)
      const next = nextWaiting()
      if (next) open(next)
    },
  }

  const open = (exchange: Exchange): void => {
    const connection = new Connection(place, events, options)
    all.add(connection)
    connection.start(exchange)
  }

  return {
    start(exchange) {
      const idle = free.pop()
      if (idle) idle.connection.start(exchange)
      else if (all.size < options.connectionsMax) open(exchange)
      else waiting.add(exchange)
    },
    closeIdle(now) {
      for (const { connection, since } of free) if (now - since >= options.idleMsMax) connection.drop()
    },
    count: () => all.size,
    destroy() {
      waiting.clear()
      for (const connection of all) connection.drop()
    },
  }
}
