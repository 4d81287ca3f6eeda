import type { FastifyReply } from 'fastify'
import type { SegmentPart } from '../storage/shards.ts'
import type { BatchView, TenantStore } from '../storage/tenant.ts'
import { answerPieces } from './answer-pieces.ts'
import { answerRange, type Call, type RangedContent } from './answer-range.ts'
import type { ServerContext } from './context.ts'
import { interleavedFile } from './results/interleaved-file.ts'
import { sendLines } from './send-lines.ts'

export interface BatchPart extends Pick<RangedContent, 'contentType'> {
  readonly batch: BatchView
  readonly part: SegmentPart
}

/**
 * Answers with one part of what a batch has to show. The shards of one model follow one another, so their segments are
 * sent as they lie; those of several overlap, and their lines are put in order. Undefined where the batch was deleted
 * meanwhile: nothing was sent.
 */
export const answerBatchPart = async (
  { store, blobs }: { store: TenantStore; blobs: ServerContext['blobs'] },
  call: Call,
  { batch, part, contentType }: BatchPart,
): Promise<FastifyReply | undefined> => {
  const isWhole = batch.outcome !== null
  if (batch.models.length <= 1) {
    const pieces = await store.sealedPrefix(batch.id, part)
    return answerPieces({ blobs }, call, { pieces, isWhole, contentType })
  }
  const file = await interleavedFile({ store, blobs }, batch, part)
  if (!file) return undefined
  return answerRange(call, {
    size: file.bytes,
    isWhole,
    contentType,
    send: (target, range) => sendLines(file.read(), target, range),
  })
}
