import type { FastifyReply, FastifyRequest } from 'fastify'
import { outputFileOf } from '../../batch/output-file.ts'
import { answerBatchPart } from '../answer-batch-part.ts'
import { answerPieces } from '../answer-pieces.ts'
import type { ServerContext } from '../context.ts'

export type FileRequest = FastifyRequest<{ Params: { id: string } }>

/** Undefined where there is no such file. That of a batch is there as soon as the batch runs. */
export const answerContent = async (
  context: ServerContext,
  account: string,
  { request, reply }: { request: FileRequest; reply: FastifyReply },
): Promise<FastifyReply | undefined> => {
  const { id } = request.params
  const store = context.tenant(account)
  const call = { request, reply }
  const file = await store.file(id)
  if (file?.blob) {
    const pieces = [{ blob: file.blob, bytes: file.bytes }]
    return answerPieces(context, call, { pieces, isWhole: true, contentType: CONTENT_TYPE })
  }
  const output = outputFileOf(id)
  if (!output) return undefined
  const batch = await store.batch(output.batch)
  const mayHave = batch?.layout === 'apart' && (file !== undefined || batch.outcome === null)
  if (!mayHave) return undefined
  const source = { store, blobs: context.blobs }
  return answerBatchPart(source, call, { batch, part: output.part, contentType: CONTENT_TYPE })
}

const CONTENT_TYPE = 'application/octet-stream'
