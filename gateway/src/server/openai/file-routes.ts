import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { outputFileOf } from '../../batch/output-file.ts'
import type { SegmentPiece } from '../../storage/shards.ts'
import type { TenantStore } from '../../storage/tenant.ts'
import type { FileView } from '../../storage/tenant-files.ts'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { readCreateHeaders } from '../create-headers.ts'
import { createCreatesInLine } from '../creates-in-line.ts'
import { ApiError } from '../errors.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { writeHead } from '../write-head.ts'
import { readRange } from './file-content.ts'
import { FileDraft } from './file-draft.ts'
import { EXPIRES_AFTER_FIELDS, readExpiresAfterFields, readFilename, readPurpose } from './file-fields.ts'
import { fileJson, listJson } from './file-json.ts'
import { readMultipart } from './multipart.ts'
import { type PageQuery, readLimit, readOrder, readText } from './page-query.ts'
import { sendPieces } from './send-pieces.ts'

type FileRequest = FastifyRequest<{ Params: { id: string } }>

const LIST_MAX = 10_000

/** The endpoints of files. */
export const fileRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  authenticate: Authenticate,
): void => {
  const line = createCreatesInLine()
  const keyOf = (request: FastifyRequest) => authenticate(request.headers)

  app.post('/v1/files', async (request) => {
    const { id: apiKey, account } = await keyOf(request)
    const headers = readCreateHeaders(request.headers)
    // One that is sent again waits for those before it: the first may still be on its way in.
    const order = { account, apiKey, again: headers.again, idempotencyKey: null }
    return line.run(order, () => takeFile(request, order))
  })

  const takeFile = async (
    request: FastifyRequest,
    { account, apiKey, again }: { account: string; apiKey: string; again: boolean },
  ) => {
    const draft = new FileDraft(context, { account, apiKey })
    try {
      let filename: string | undefined
      const fields = await readMultipart(request.raw, 'file', (file) => {
        filename = file.filename
        // The purpose may come behind the file.
        return draft.take(file.bytes, { readLines: true })
      })
      const purpose = readPurpose(fields.get('purpose'))
      const expiresMs = readExpiresAfterFields(fields)
      refuseUnknownFields(fields)
      return fileJson(
        await draft.finish({
          purpose,
          filename: readFilename(filename, purpose),
          expiresMs: expiresMs ?? defaultExpiry(context, purpose),
          again,
        }),
      )
    } catch (error) {
      await draft.drop()
      throw error
    }
  }

  app.get('/v1/files', async (request: FastifyRequest<{ Querystring: PageQuery }>) => {
    const { account } = await keyOf(request)
    const { query } = request
    const limit = readLimit(query.limit, { max: LIST_MAX, standard: LIST_MAX })
    const files = await context.tenant(account).files({
      limit: limit + 1,
      order: readOrder(query.order),
      after: readText(query.after, 'after'),
      purpose: readText(query.purpose, 'purpose'),
    })
    return listJson(files, limit, fileJson)
  })

  app.get('/v1/files/:id', async (request: FileRequest) => {
    const { account } = await keyOf(request)
    return fileJson(await findFile(context.tenant(account), request.params.id))
  })

  app.get('/v1/files/:id/content', async (request: FileRequest, reply) => {
    const { account } = await keyOf(request)
    const { pieces, isWhole } = await findContent(context.tenant(account), request.params.id)
    return answerPieces(context, { request, reply }, { pieces, isWhole })
  })

  app.delete('/v1/files/:id', async (request: FileRequest) => {
    const { account } = await keyOf(request)
    const { again } = readCreateHeaders(request.headers)
    const { id } = request.params
    if (!(await context.tenant(account).removeFile(id, { again }))) throw noSuchFile(id)
    return { id, object: 'file', deleted: true }
  })

  refuseOtherMethods(app, '/v1/files', ['GET', 'POST'])
  refuseOtherMethods(app, '/v1/files/:id', ['GET', 'DELETE'])
  refuseOtherMethods(app, '/v1/files/:id/content', ['GET'])
}

/** Only what batches are made of goes by itself. */
export const defaultExpiry = (context: ServerContext, purpose: string): number | null =>
  purpose === 'batch' ? context.config().files.retentionMs : null

const FIELDS: readonly string[] = ['purpose', ...EXPIRES_AFTER_FIELDS]

const refuseUnknownFields = (fields: ReadonlyMap<string, string>): void => {
  const unknown = [...fields.keys()].find((name) => !FIELDS.includes(name))
  if (unknown === undefined) return
  const message = `Unknown parameter: '${unknown.slice(0, 60)}'. There are file, ${FIELDS.join(', ')}.`
  throw new ApiError('unknown_field', message, { field: unknown.slice(0, 60) })
}

const findFile = async (store: TenantStore, id: string): Promise<FileView> => {
  const file = await store.file(id)
  if (!file) throw noSuchFile(id)
  return file
}

export const noSuchFile = (id: string): ApiError =>
  new ApiError('not_found', `No such File object: ${id.slice(0, 80)}`)

interface Content {
  readonly pieces: readonly SegmentPiece[]
  /** False while the batch still runs: the file only grows at its end. */
  readonly isWhole: boolean
}

const findContent = async (store: TenantStore, id: string): Promise<Content> => {
  const file = await store.file(id)
  if (file?.blob) return { pieces: [{ blob: file.blob, bytes: file.bytes }], isWhole: true }
  const output = outputFileOf(id)
  if (!output) throw noSuchFile(id)
  const batch = await store.batch(output.batch)
  const mayHave = batch?.layout === 'apart' && (file !== undefined || batch.outcome === null)
  if (!mayHave) throw noSuchFile(id)
  const pieces = await store.sealedPrefix(output.batch, output.part)
  return { pieces, isWhole: batch.outcome !== null }
}

const answerPieces = (
  { blobs }: ServerContext,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { pieces, isWhole }: Content,
): FastifyReply => {
  const size = pieces.reduce((sum, { bytes }) => sum + bytes, 0)
  reply.header('content-type', 'application/octet-stream').header('accept-ranges', 'bytes')
  const asked = readRange(request.headers.range, size)
  if (asked === 'unsatisfiable') {
    reply.header('content-range', `bytes */${size}`)
    const message = `The file has ${size} bytes so far; the range has none of them`
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
