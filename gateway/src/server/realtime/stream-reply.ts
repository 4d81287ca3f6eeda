import type { FastifyReply } from 'fastify'
import type { ProviderHead, StreamBreak, StreamWish } from '../../interactive/interactive-call.ts'
import { errorBody } from '../error-bodies.ts'
import { ApiError } from '../errors.ts'
import { writeHead } from '../write-head.ts'
import type { CallDialect } from './dialects/call-dialect.ts'
import { passHeaders } from './pass-headers.ts'

/** Neither the client's side nor a proxy between may keep events back. */
const STREAM_HEADERS = { 'cache-control': 'no-cache', 'x-accel-buffering': 'no' }

/** Passes a stream on as it arrives: the head goes out with the first piece, and a slow client slows the provider. */
export const streamTo = (reply: FastifyReply): StreamWish['begin'] => {
  const { raw } = reply
  return (head: ProviderHead, flow) => {
    reply.hijack().code(head.status).headers(STREAM_HEADERS)
    passHeaders(reply, head.headers)
    writeHead(reply)
    raw.on('drain', () => flow.resume())
    raw.on('error', () => undefined)
    return (piece) => {
      if (!raw.destroyed && !raw.write(piece)) flow.pause()
    }
  }
}

/** Where it is broken, its last event is an error, and what a whole stream ends with is missing. */
export const endStream = (
  { raw, request }: FastifyReply,
  broken: StreamBreak | undefined,
  { name, errorEvent }: CallDialect,
): void => {
  if (raw.destroyed) return
  if (!broken) {
    raw.end()
    return
  }
  const error = errorBody(new ApiError('stream_broken', broken.message), name, request.id)
  raw.end(`${broken.cutsEvent ? '\n\n' : ''}${errorEvent(JSON.stringify(error))}`)
}
