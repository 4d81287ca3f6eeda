import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { AdminContext } from './admin/context.ts'
import { answerError } from './answer-error.ts'
import { createAuthentication } from './auth.ts'
import { answerBadHttp, takeOddRequests } from './bad-http.ts'
import { closeWhenIdle } from './close-when-idle.ts'
import type { ServerContext } from './context.ts'
import { decorateDialect } from './dialect-of.ts'
import { ApiError } from './errors.ts'
import { observeRequests } from './observe-requests.ts'
import { registerRoutes } from './routes.ts'

/** A create of 64 MB over a slow line; what has not arrived by then is given up. */
const REQUEST_MS_MAX = 600_000
const HEADERS_MS_MAX = 60_000
const HEADERS_BYTES_MAX = 16_384
const KEEP_ALIVE_MS = 75_000

export const createApp = (context: ServerContext, admin: AdminContext): FastifyInstance => {
  const app = Fastify({
    logger: false,
    trustProxy: false,
    genReqId: () => context.ids.next('req_'),
    requestTimeout: REQUEST_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Node's own answer to a missing Host has no body: the hook below gives one.
    http: { maxHeaderSize: HEADERS_BYTES_MAX, headersTimeout: HEADERS_MS_MAX, requireHostHeader: false },
    routerOptions: { maxParamLength: 200 },
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => answerError(context, error, request, reply),
    clientErrorHandler: (error, socket) => answerBadHttp(error, socket, context.observer),
  })
  takeOddRequests(app.server)
  decorateDialect(app)
  closeWhenIdle(app)
  const authentication = createAuthentication(context.keys, context.clock)
  observeRequests(app, context, authentication)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    requireHost(request)
  })
  leaveBodiesUnread(app)
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(context, error, request, reply))
  app.setNotFoundHandler((request, reply) => answerError(context, unknownPath(request), request, reply))
  registerRoutes(app, { context, admin, authentication })
  return app
}

/** Bodies are read by the handlers, as they come, and by none before the key is known to be good. */
const leaveBodiesUnread = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined))
}

const requireHost = ({ raw }: FastifyRequest): void => {
  if (raw.headers.host !== undefined || raw.httpVersion !== '1.1') return
  throw new ApiError('bad_request', 'The header Host is missing', { field: 'Host' })
}

const unknownPath = ({ method, url }: FastifyRequest): ApiError =>
  new ApiError('unknown_path', `There is no ${method} ${url.slice(0, 120)}`)
