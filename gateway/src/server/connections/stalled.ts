import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { LastWords } from './last-words.ts'
import type { OpenExchange, OpenExchanges } from './open-exchanges.ts'

/**
 * Ends connections on which nothing moved for `server.timeout` although their client could go on: it says
 * that it sends a body and does not, or does not take its answer. One that waits for us is left alone,
 * however long we take.
 */
export const endStalled = (
  server: Server,
  { exchanges, lastWords }: { exchanges: OpenExchanges; lastWords: LastWords },
): void => {
  server.on('timeout', (socket: Socket) => {
    const open = exchanges.on(socket)
    if (open.length === 0 || takesNothing(socket)) {
      socket.destroy()
      return
    }
    if (open.some(sendsNothing)) lastWords.say(socket, 'request_timeout')
    socket.setTimeout(server.timeout)
  })
}

/** Some of an answer waits to be taken by the system, which waits for the client. */
const takesNothing = (socket: Socket): boolean => socket.writableLength > 0

/** All that came of the body has been read, and it is not whole. */
const sendsNothing = ({ request }: OpenExchange): boolean => !request.complete && request.readableLength === 0
