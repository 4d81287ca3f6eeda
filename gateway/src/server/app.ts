import type { Socket } from 'node:net'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { StoreError } from '../storage/errors.ts'
import { createAuthenticate } from './auth.ts'
import type { ServerContext } from './context.ts'
import { ApiError, ERRORS, type ErrorCode } from './errors.ts'
import { nativeRoutes } from './native/routes.ts'

/** A create of 64 MB over a slow line; what has not arrived by then is given up. */
const REQUEST_MS_MAX = 600_000
const HEADERS_MS_MAX = 60_000
const HEADERS_BYTES_MAX = 16_384
const KEEP_ALIVE_MS = 75_000
/** What is left of a body that was refused is read on so far, so that the client gets to see its answer. */
const DISCARD_BYTES_MAX = 256 * 1_048_576
const DISCARD_MS_MAX = 30_000

export const createApp = (context: ServerContext): FastifyInstance => {
  const app = Fastify({
    logger: false,
    trustProxy: false,
    genReqId: () => context.ids.next('req_'),
    requestTimeout: REQUEST_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { maxHeaderSize: HEADERS_BYTES_MAX, headersTimeout: HEADERS_MS_MAX },
    routerOptions: { maxParamLength: 200 },
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendError(context, error, request, reply),
    clientErrorHandler: answerBadHttp,
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  takeBodiesAsStreams(app)
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(context, error, request, reply))
  app.setNotFoundHandler((request, reply) => sendError(context, unknownPath(request), request, reply))
  nativeRoutes(app, context, createAuthenticate(context.keys, context.clock))
  return app
}

/** Bodies are read by the handlers, as they come, and by none before the key is known to be good. */
const takeBodiesAsStreams = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request, _payload, done) => {
    done(mediaTypeProblem(request), undefined)
  })
}

const mediaTypeProblem = ({ headers, routeOptions }: FastifyRequest): ApiError | null => {
  // An empty body of a cancel may be labelled as anything.
  if (routeOptions.url !== '/v1/batches') return null
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    return new ApiError(
      'unsupported_encoding',
      `The body is ${headers['content-encoding']}; send it as it is`,
    )
  }
  const type = headers['content-type'] ?? ''
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type) ?? []
  const isJson = /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(type)
  if (isJson && /^(utf-?8|us-ascii)$/i.test(charset)) return null
  return new ApiError(
    'unsupported_media_type',
    `The body is ${type === '' ? 'of no stated type' : `"${type.slice(0, 80)}"`}; it must be application/json in UTF-8`,
  )
}

const unknownPath = ({ method, url }: FastifyRequest): ApiError =>
  new ApiError('unknown_path', `There is no ${method} ${url.slice(0, 120)}`)

const sendError = (
  context: ServerContext,
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  const known = apiErrorOf(error)
  if (known.status >= 500 && !(error instanceof ApiError)) context.onFault(error, request.id)
  const body = JSON.stringify(errorBody(known))
  const { raw } = reply
  if (raw.headersSent) {
    // A client that waited has got its headers and spaces: the error is all that can still be said.
    raw.end(body)
    return
  }
  if (ERRORS[known.code].retry === 'later') reply.header('retry-after', '5')
  discardBody(context, request, reply)
  void reply.code(known.status).headers({ 'content-type': 'application/json; charset=utf-8' }).send(body)
}

export const errorBody = ({ code, message, details }: ApiError): Record<string, unknown> => ({
  error: code,
  ...(message === '' ? {} : { message }),
  ...details,
})

const apiErrorOf = (error: Error): ApiError => {
  if (error instanceof ApiError) return error
  if (error instanceof StoreError) {
    return error.code === 'disk_full'
      ? new ApiError('disk_full', 'There is no room on the disk; nothing of the batch was taken')
      : new ApiError('store_unavailable', 'The store does not answer at the moment; try again')
  }
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 415) return new ApiError('unsupported_media_type', error.message)
  if (status >= 400 && status < 500) return new ApiError('bad_request', error.message)
  if ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
    return new ApiError('disk_full', 'There is no room on the disk; nothing of the batch was taken')
  }
  if ('code' in error && (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE')) {
    return new ApiError('bad_request', 'The body ended before it was whole')
  }
  return new ApiError('internal_error', 'Something went wrong here; the request id finds it in the log')
}

/** A connection whose body was not read to its end cannot be used again. */
const discardBody = (context: ServerContext, { raw }: FastifyRequest, reply: FastifyReply): void => {
  if (raw.complete || raw.destroyed) return
  reply.header('connection', 'close')
  let left = DISCARD_BYTES_MAX
  const cancel = context.clock.after(DISCARD_MS_MAX, () => raw.destroy())
  raw.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) raw.destroy()
  })
  raw.once('close', cancel)
  raw.resume()
}

const BAD_HTTP: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** What is no HTTP has no reply object: the answer is written to the socket. */
function answerBadHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const code = BAD_HTTP[error.code ?? ''] ?? 'bad_request'
  const body = JSON.stringify({ error: code, message: ERRORS[code].text })
  socket.end(
    `HTTP/1.1 ${ERRORS[code].status} Error\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
