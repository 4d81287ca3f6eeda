import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** A request, and its answer that is not over. */
export interface OpenExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Which answers each connection is owed. */
export interface OpenExchanges {
  /** The oldest first: several where a client sends before it is answered. */
  on(socket: Duplex): readonly OpenExchange[]
  begin(exchange: OpenExchange): void
}

/** No client library sends so many before it reads; each of them would hold memory while it waits. */
const UNANSWERED_MAX = 64

export const followExchanges = (): OpenExchanges => {
  const open = new WeakMap<Duplex, Set<OpenExchange>>()
  return {
    on: (socket) => [...(open.get(socket) ?? [])],
    begin(exchange) {
      const { socket } = exchange.request
      const exchanges = open.get(socket) ?? new Set()
      open.set(socket, exchanges)
      exchanges.add(exchange)
      exchange.response.on('close', () => exchanges.delete(exchange))
      if (exchanges.size > UNANSWERED_MAX) socket.destroy()
    },
  }
}
