import type { FastifyInstance } from 'fastify'
import { Outbox } from '../../sockets/outbox.ts'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { answerCall } from './answer-call.ts'
import { createKeyLimits } from './key-limits.ts'
import { createKeySpending } from './key-spending.ts'

const ENDPOINTS = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/responses']

/** Ordinary calls, in the dialect of OpenAI. */
export const realtimeRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  authenticate: Authenticate,
): void => {
  const doors = {
    authenticate,
    limits: createKeyLimits(context.clock),
    spending: createKeySpending(context),
    outbox: new Outbox(),
  }
  for (const endpoint of ENDPOINTS) {
    app.post(endpoint, (request, reply) => answerCall(context, doors, { endpoint, request, reply }))
    refuseOtherMethods(app, endpoint, ['POST'])
  }
}
