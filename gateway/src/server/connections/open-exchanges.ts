import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** A request, and its answer that is not over. */
export interface OpenExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** The exchanges of a connection, the oldest first: several where a client sends before it is answered. */
export type OpenExchanges = (socket: Duplex) => readonly OpenExchange[]

/** No client library sends so many before it reads; each of them would hold memory while it waits. */
const UNANSWERED_MAX = 64

/** Follows which answers each connection is owed. */
export const followExchanges = (server: Server): OpenExchanges => {
  const open = new WeakMap<Duplex, Set<OpenExchange>>()
  // Before the handler: it may answer at once.
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    const exchanges = open.get(socket) ?? new Set()
    open.set(socket, exchanges)
    const exchange = { request, response }
    exchanges.add(exchange)
    response.once('close', () => exchanges.delete(exchange))
    if (exchanges.size > UNANSWERED_MAX) socket.destroy()
  })
  return (socket) => [...(open.get(socket) ?? [])]
}
