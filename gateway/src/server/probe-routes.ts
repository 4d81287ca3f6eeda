import type { FastifyInstance } from 'fastify'
import type { Authentication } from './auth.ts'
import type { ServerContext } from './context.ts'
import { refuseOtherMethods } from './other-methods.ts'

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }

/** What the machines ask that look after the server: is it alive, does it take work, how is it doing. */
export const probeRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  { operator }: Authentication,
): void => {
  // That it is answered at all is the answer: the event loop turns.
  app.get('/livez', async (_request, reply) => reply.headers(JSON_HEADERS).send('{"status":"alive"}'))

  app.get('/readyz', async (_request, reply) => {
    const checks = await context.health.checks()
    const isReady = checks.every(({ ok }) => ok)
    const body = JSON.stringify({ status: isReady ? 'ready' : 'not_ready', checks })
    return reply
      .code(isReady ? 200 : 503)
      .headers(JSON_HEADERS)
      .send(body)
  })

  app.get('/metrics', async (request, reply) => {
    if (!context.config().openMetrics) await operator(request.headers)
    const { contentType, text } = await context.metrics()
    return reply.headers({ 'content-type': contentType, 'cache-control': 'no-store' }).send(text)
  })

  for (const path of ['/livez', '/readyz', '/metrics']) refuseOtherMethods(app, path, ['GET'])
}
