import type { FastifyInstance } from 'fastify'
import { Outbox } from '../../sockets/outbox.ts'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { answerCall } from './answer-call.ts'
import { anthropicCalls } from './dialects/anthropic.ts'
import type { CallDialect } from './dialects/call-dialect.ts'
import { openaiCalls } from './dialects/openai.ts'
import { createKeyLimits, type KeyBudgets } from './key-limits.ts'
import { createKeySpending } from './key-spending.ts'

/** In whose dialect each is called. */
const ENDPOINTS: ReadonlyArray<readonly [endpoint: string, dialect: CallDialect]> = [
  ['/v1/chat/completions', openaiCalls],
  ['/v1/completions', openaiCalls],
  ['/v1/embeddings', openaiCalls],
  ['/v1/responses', openaiCalls],
  ['/v1/messages', anthropicCalls],
]

/** Ordinary calls. */
export const realtimeRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  authenticate: Authenticate,
): void => {
  const shared = { authenticate, spending: createKeySpending(context), outbox: new Outbox() }
  const budgets: KeyBudgets = new Map()
  for (const [endpoint, dialect] of ENDPOINTS) {
    const limits = createKeyLimits(context.clock, dialect.showLimit, budgets)
    const doors = { ...shared, dialect, limits }
    app.post(endpoint, (request, reply) => answerCall(context, doors, { endpoint, request, reply }))
    refuseOtherMethods(app, endpoint, ['POST'])
  }
}
