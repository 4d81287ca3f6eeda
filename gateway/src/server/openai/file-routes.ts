import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantStore } from '../../storage/tenant.ts'
import type { FileView } from '../../storage/tenant-files.ts'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { readCreateHeaders } from '../create-headers.ts'
import { createCreatesInLine } from '../creates-in-line.ts'
import { ApiError } from '../errors.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { answerContent, type FileRequest } from './file-content.ts'
import { FileDraft } from './file-draft.ts'
import { EXPIRES_AFTER_FIELDS, readExpiresAfterFields, readFilename, readPurpose } from './file-fields.ts'
import { fileJson, listJson } from './file-json.ts'
import { readMultipart } from './multipart.ts'
import { type PageQuery, readLimit, readOrder, readText } from './page-query.ts'

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
    const answered = await answerContent(context, account, { request, reply })
    if (!answered) throw noSuchFile(request.params.id)
    return answered
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
