import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { AdminContext } from './admin/context.ts'
import { answerError } from './answer-error.ts'
import { createAuthentication } from './auth.ts'
import { closeWhenIdle } from './close-when-idle.ts'
import type { HttpServers } from './connections/http-servers.ts'
import type { ServerContext } from './context.ts'
import { decorateDialect, isAnthropicClient } from './dialect-of.ts'
import { ApiError } from './errors.ts'
import { observeRequests } from './observe-requests.ts'
import { checkHead } from './request-head.ts'
import { registerRoutes } from './routes.ts'
import { SAFE_HEADERS } from './safe-headers.ts'

export const createApp = (
  context: ServerContext,
  admin: AdminContext,
  servers: HttpServers,
): FastifyInstance => {
  const app = Fastify({
    logger: false,
    trustProxy: false,
    genReqId: () => context.ids.next('req_'),
    serverFactory: servers.open,
    routerOptions: { maxParamLength: 200 },
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => answerError(context, error, request, reply),
    // The servers answer what is no HTTP themselves.
    clientErrorHandler: () => undefined,
  })
  decorateDialect(app)
  closeWhenIdle(app, servers)
  const authentication = createAuthentication(context.keys, context.clock)
  observeRequests(app, context, authentication)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).headers(SAFE_HEADERS)
    if (isAnthropicClient(request)) reply.header('request-id', request.id)
    checkHead(request.raw)
    if (!servers.isSpare(request.raw.socket)) return done()
    requireRoom(servers, request, reply).then(() => done(), done)
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
  // By its name, JSON's is found without a look at what is in the header.
  for (const type of ['application/json', '*']) {
    app.addContentTypeParser(type, (_request, _payload, done) => done(null, undefined))
  }
}

/** What an overloaded installation is asked by those who watch over it. */
const PROBES: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz', '/metrics'])

const requireRoom = async (
  servers: HttpServers,
  { url, raw }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> => {
  const isProbe = PROBES.has(url.split('?')[0])
  if (!isProbe) await servers.makeRoom()
  if (!servers.isSpare(raw.socket)) return
  reply.header('connection', 'close')
  if (isProbe) return
  throw new ApiError('too_many_connections', 'There are too many connections at the moment; try again')
}

const unknownPath = ({ method, url }: FastifyRequest): ApiError =>
  new ApiError('unknown_path', `There is no ${method} ${url.slice(0, 120)}`)
