import type { FastifyReply, FastifyRequest } from 'fastify'
import { StoreError } from '../storage/errors.ts'
import type { ServerContext } from './context.ts'
import { dialectOf } from './dialect-of.ts'
import { errorBody } from './error-bodies.ts'
import { ApiError, ERRORS } from './errors.ts'
import { restOfBody } from './rest-of-body.ts'
import { writeHead } from './write-head.ts'

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' }

/** The one exit of everything that goes wrong. */
export const answerError = (
  context: ServerContext,
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  const known = apiErrorOf(error)
  if (known.status >= 500 && !(error instanceof ApiError)) context.onFault(error, request.id)
  const dialect = dialectOf(request)
  const body = JSON.stringify(errorBody(known, dialect, request.id))
  if (reply.raw.headersSent) {
    // A client that waited has got its headers and spaces: the error is all that can still be said.
    reply.raw.end(body)
    return
  }
  if (ERRORS[known.code].retry === 'later' && !reply.hasHeader('retry-after'))
    reply.header('retry-after', '5')
  if (dialect === 'anthropic') reply.header('request-id', request.id)
  reply.code(known.status).headers(JSON_HEADERS)
  if (request.raw.complete || request.raw.destroyed) void reply.send(body)
  else answerBeforeBodyEnds(context, body, request, reply)
}

/** The whole answer goes out now, for those who look; its end is said when the body has been read away. */
const answerBeforeBodyEnds = (
  { clock }: ServerContext,
  body: string,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  const { raw } = reply.hijack()
  writeHead(reply.header('content-length', Buffer.byteLength(body)))
  raw.write(body)
  void restOfBody(request.raw, clock).then(() => raw.end())
}

const FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])
const BROKEN_OFF_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'])

const apiErrorOf = (error: Error): ApiError => {
  if (error instanceof ApiError) return error
  if (error instanceof StoreError) {
    return error.code === 'disk_full'
      ? diskFull()
      : new ApiError('store_unavailable', 'The store does not answer at the moment; try again')
  }
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 415) return new ApiError('unsupported_media_type', error.message, { field: 'Content-Type' })
  // The framework puts the whole address into some of its messages.
  if (status >= 400 && status < 500) return new ApiError('bad_request', error.message.slice(0, 200))
  const code = 'code' in error ? error.code : undefined
  if (FULL_CODES.has(code)) return diskFull()
  if (BROKEN_OFF_CODES.has(code)) return new ApiError('bad_request', 'The body ended before it was whole')
  return new ApiError('internal_error', 'Something went wrong here; the request id finds it in the log')
}

const diskFull = (): ApiError =>
  new ApiError('disk_full', 'There is no room on the disk; nothing of the batch was taken')
