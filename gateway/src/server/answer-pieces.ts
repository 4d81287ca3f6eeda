import type { FastifyReply } from 'fastify'
import type { SegmentPiece } from '../storage/shards.ts'
import { answerRange, type Call, type RangedContent } from './answer-range.ts'
import type { ServerContext } from './context.ts'
import { sendPieces } from './send-pieces.ts'

export interface Content extends Pick<RangedContent, 'isWhole' | 'contentType'> {
  readonly pieces: readonly SegmentPiece[]
}

/** Answers with pieces of blobs that lie one behind another, or with the range of them that is asked for. */
export const answerPieces = (
  { blobs }: Pick<ServerContext, 'blobs'>,
  call: Call,
  { pieces, ...content }: Content,
): FastifyReply =>
  answerRange(call, {
    ...content,
    size: pieces.reduce((sum, { bytes }) => sum + bytes, 0),
    send: (target, range) => sendPieces(blobs, target, { pieces, range }),
  })
