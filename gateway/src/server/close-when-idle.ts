import type { FastifyInstance } from 'fastify'
import type { HttpServers } from './connections/http-servers.ts'

/**
 * A server that closes shuts the connections that are idle at that moment. One whose answer is on its way,
 * such as a long poll that the close has just ended, would stay open for a next call until its keep-alive is
 * over, and hold the process back: it is shut once its answer is out.
 */
export const closeWhenIdle = (app: FastifyInstance, servers: HttpServers): void => {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onResponse', async () => {
    // The connection counts as idle when the answer's own listeners are through.
    if (closing) setImmediate(() => servers.closeIdle())
  })
}
