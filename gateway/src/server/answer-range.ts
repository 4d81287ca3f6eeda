import type { Writable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from './errors.ts'
import { type ByteRange, readRange } from './piece-ranges.ts'
import { writeHead } from './write-head.ts'

export interface Call {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export interface RangedContent {
  readonly size: number
  /** False while its batch still runs: it only grows at its end. */
  readonly isWhole: boolean
  readonly contentType: string
  /** Writes a range of it, and ends the connection's answer. */
  send(target: Writable, range: ByteRange): Promise<void>
}

/** Answers with content of a known size, or with the range of it that is asked for. */
export const answerRange = (
  { request, reply }: Call,
  { size, isWhole, contentType, send }: RangedContent,
): FastifyReply => {
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
  else send(raw, range).catch(() => raw.destroy())
  return reply
}
