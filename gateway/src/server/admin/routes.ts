import type { FastifyInstance } from 'fastify'
import type { Authenticate } from '../auth.ts'
import { accountRoutes } from './account-routes.ts'
import { adminBatchRoutes } from './batch-routes.ts'
import type { AdminContext } from './context.ts'
import { deploymentRoutes } from './deployment-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { moneyRoutes } from './money-routes.ts'

/** What operators see and do. No handler here asks for the key itself: none can forget to. */
export const adminRoutes = (
  app: FastifyInstance,
  context: AdminContext,
  authenticate: Authenticate,
): void => {
  void app.register(async (operators) => {
    operators.addHook('onRequest', async (request, reply) => {
      // A new key is shown in an answer, and nowhere else.
      reply.header('cache-control', 'no-store')
      await authenticate(request.headers)
    })
    accountRoutes(operators, context)
    keyRoutes(operators, context)
    deploymentRoutes(operators, context)
    adminBatchRoutes(operators, context)
    moneyRoutes(operators, context)
  })
}
