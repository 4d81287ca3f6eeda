import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Span } from '../telemetry/traces/tracer.ts'
import type { Authentication } from './auth.ts'
import type { ServerContext } from './context.ts'
import type { AnsweredRequest } from './observer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What is done for the request is begun within it. */
    span: Span
  }
}

/** Tells of each request once it is over, and gives it a span from its first byte to its answer's last. */
export const observeRequests = (
  app: FastifyInstance,
  context: ServerContext,
  authentication: Authentication,
): void => {
  const { clock, tracer, observer } = context
  const counted = new WeakMap<Socket, number>()

  /** Answers follow each other on a connection, so what was written since the one before is this one's. */
  const bytesSince = (socket: Socket): number => {
    const written = socket.bytesWritten
    const bytes = written - (counted.get(socket) ?? 0)
    counted.set(socket, written)
    return bytes
  }

  app.decorateRequest('span')
  app.addHook('onRequest', (request, reply, done) => {
    const begun = clock.monotonic()
    const { socket } = request.raw
    const method = methodOf(request)
    const span = tracer.start(method, { parent: traceparentOf(request), kind: 'server' })
    request.span = span
    reply.raw.on('close', () => {
      const answered: AnsweredRequest = {
        id: request.id,
        method,
        route: routeOf(request),
        status: reply.raw.statusCode,
        ms: clock.monotonic() - begun,
        bytes: bytesSince(socket),
        isCut: !reply.raw.writableFinished,
        caller: () => authentication.caller(request.headers),
      }
      observer.answered(answered)
      if (span.isSeen) endSpan(span, answered)
    })
    done()
  })
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const methodOf = ({ method }: FastifyRequest): string => (METHODS.has(method) ? method : 'other')

const routeOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? 'none'

const traceparentOf = ({ headers }: FastifyRequest): string | undefined =>
  typeof headers.traceparent === 'string' ? headers.traceparent : undefined

const endSpan = (span: Span, answered: AnsweredRequest): void => {
  const { id, method, route, status, bytes, isCut } = answered
  const caller = answered.caller()
  span.rename(route === 'none' ? method : `${method} ${route}`)
  span.set({
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': status,
    'http.response.size': bytes,
    'sheepfold.request': id,
    'sheepfold.key': caller?.key,
    'sheepfold.account': caller?.account,
  })
  if (isCut) span.end({ failed: 'cut' })
  else if (status >= 500) span.end({ failed: String(status) })
  else span.end()
}
