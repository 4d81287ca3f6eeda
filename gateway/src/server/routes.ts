import type { FastifyInstance } from 'fastify'
import type { AdminContext } from './admin/context.ts'
import { adminRoutes } from './admin/routes.ts'
import { messageBatchRoutes } from './anthropic/batch-routes.ts'
import { countTokensRoute } from './anthropic/count-tokens.ts'
import type { Authentication } from './auth.ts'
import { batchRoutes } from './batch-routes.ts'
import type { ServerContext } from './context.ts'
import { createCreatesInLine } from './creates-in-line.ts'
import { modelRoutes } from './model-routes.ts'
import { fileRoutes } from './openai/file-routes.ts'
import { uploadRoutes } from './openai/upload-routes.ts'
import { openapiRoutes } from './openapi/routes.ts'
import { probeRoutes } from './probe-routes.ts'
import { realtimeRoutes } from './realtime/realtime-routes.ts'
import { webhookRoutes } from './webhooks/webhook-routes.ts'

interface RoutesOrder {
  readonly context: ServerContext
  readonly admin: AdminContext
  readonly authentication: Authentication
}

/** Every endpoint there is; the document that describes them is held against this. */
export const registerRoutes = (
  app: FastifyInstance,
  { context, admin, authentication }: RoutesOrder,
): void => {
  const { client, operator } = authentication
  probeRoutes(app, context, authentication)
  modelRoutes(app, context, client)
  const shared = { authenticate: client, line: createCreatesInLine() }
  batchRoutes(app, context, shared)
  messageBatchRoutes(app, context, shared)
  fileRoutes(app, context, client)
  uploadRoutes(app, context, client)
  realtimeRoutes(app, context, client)
  countTokensRoute(app, context, client)
  adminRoutes(app, admin, operator)
  webhookRoutes(app, context, client)
  openapiRoutes(app)
}
