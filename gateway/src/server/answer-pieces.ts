import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SegmentPiece } from '../storage/shards.ts'
import type { ServerContext } from './context.ts'
import { ApiError } from './errors.ts'
import { readRange } from './piece-ranges.ts'
import { sendPieces } from './send-pieces.ts'
import { writeHead } from './write-head.ts'

export interface Content {
  readonly pieces: readonly SegmentPiece[]
  /** False while its batch still runs: it only grows at its end. */
  readonly isWhole: boolean
  readonly contentType: string
}

/** Answers with pieces of blobs that lie one behind another, or with the range of them that is asked for. */
export const answerPieces = (
  { blobs }: Pick<ServerContext, 'blobs'>,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { pieces, isWhole, contentType }: Content,
): FastifyReply => {
  const size = pieces.reduce((sum, { bytes }) => sum + bytes, 0)
  reply.header('content-type', contentType).header('accept-ranges', 'bytes')
  const asked = readRange(request.headers.range, size)
  if (asked === 'unsatisfiable') {
    reply.header('content-range', `bytes */${size}`)
    const message = `There are ${size} bytes so far; the range has none of them`
    throw new ApiError('range_not_satisfiable', message, { field: 'Range' })
  }
  const range = asked ?? { start: 0, end: size }
  if (asked) {
    const total = isWhole ? size : '*'
    reply.code(206).header('content-range', `bytes ${asked.start}-${asked.end - 1}/${total}`)
  }
  reply.header('content-length', range.end - range.start)
  const { raw } = reply.hijack()
  writeHead(reply)
  if (request.method === 'HEAD') raw.end()
  else sendPieces(blobs, raw, { pieces, range }).catch(() => raw.destroy())
  return reply
}
