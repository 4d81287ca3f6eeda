import Fastify from 'fastify'
import { createManualClock } from '../../gateway/src/clock/manual-clock.ts'
import type { AdminContext } from '../../gateway/src/server/admin/context.ts'
import type { ServerContext } from '../../gateway/src/server/context.ts'
import { registerRoutes } from '../../gateway/src/server/routes.ts'

/** One endpoint as it is registered: `GET` and `/v1/batches/:id`. */
export interface ServerRoute {
  readonly method: string
  readonly url: string
  /** No operation of the API: a page for people. */
  readonly isHidden: boolean
}

/** Every endpoint of the server, but for HEAD and the methods that a path refuses. */
export const serverRoutes = async (): Promise<readonly ServerRoute[]> => {
  const routes: ServerRoute[] = []
  const app = Fastify()
  app.addHook('onRoute', ({ method, url, config, schema }) => {
    if (config?.refuses) return
    const isHidden = (schema !== undefined && 'hide' in schema) || url.startsWith('/docs/static')
    for (const each of [method].flat()) if (each !== 'HEAD') routes.push({ method: each, url, isHidden })
  })
  // Nothing is asked of it while routes are registered.
  const context = { keys: {}, clock: createManualClock(0) } as unknown as ServerContext & AdminContext
  const refuse = async () => {
    throw new Error('nobody calls while routes are registered')
  }
  registerRoutes(app, {
    context,
    admin: context,
    authentication: { caller: () => undefined, client: refuse, operator: refuse },
  })
  await app.ready()
  await app.close()
  return routes
}
