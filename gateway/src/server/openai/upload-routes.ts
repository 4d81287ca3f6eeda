import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantStore } from '../../storage/tenant.ts'
import type { FileView } from '../../storage/tenant-files.ts'
import type { UploadPart, UploadView } from '../../storage/tenant-uploads.ts'
import type { Authenticate } from '../auth.ts'
import type { ServerContext } from '../context.ts'
import { readCreateHeaders } from '../create-headers.ts'
import { ApiError } from '../errors.ts'
import { readJsonObject } from '../json-body.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { bytesOf } from '../piece-ranges.ts'
import { FileDraft } from './file-draft.ts'
import { readExpiresAfter, readFilename, readPurpose } from './file-fields.ts'
import { fileJson, seconds } from './file-json.ts'
import { defaultExpiry } from './file-routes.ts'
import { readMultipart } from './multipart.ts'

type UploadRequest = FastifyRequest<{ Params: { id: string } }>

/** Parts are taken for an hour. */
const PENDING_MS = 3_600_000
const PART_BYTES_MAX = 64 * 1_048_576
const BYTES_MAX = 8 * 1_073_741_824

/** Files that come in parts: the parts are put together, checked and cut when the upload is completed. */
export const uploadRoutes = (
  app: FastifyInstance,
  context: ServerContext,
  authenticate: Authenticate,
): void => {
  const keyOf = (request: FastifyRequest) => authenticate(request.headers)

  app.post('/v1/uploads', async (request) => {
    const { account } = await keyOf(request)
    const body = await readJsonObject(request)
    const purpose = readPurpose(body.purpose)
    const expiresMs = readExpiresAfter(body.expires_after, 'expires_after')
    const upload = await context.tenant(account).createUpload({
      id: context.ids.next('upload_'),
      filename: readFilename(body.filename, purpose),
      purpose,
      mimeType: readMimeType(body.mime_type),
      bytes: readBytes(body.bytes, context, purpose),
      fileExpiresMs: expiresMs ?? null,
      pendingMs: PENDING_MS,
    })
    return uploadJson(upload, null)
  })

  app.post('/v1/uploads/:id/parts', async (request: UploadRequest) => {
    const { account } = await keyOf(request)
    const store = context.tenant(account)
    const upload = await findPending(store, request.params.id)
    const part = await takePart(context, request, upload.id)
    if (!(await store.addPart(upload.id, part))) {
      await context.blobs.remove(part.blob)
      throw notPending(await findUpload(store, upload.id))
    }
    return {
      id: part.id,
      object: 'upload.part',
      created_at: seconds(context.clock.now()),
      upload_id: upload.id,
    }
  })

  app.post('/v1/uploads/:id/complete', async (request: UploadRequest) => {
    const { id: apiKey, account } = await keyOf(request)
    const { again } = readCreateHeaders(request.headers)
    const store = context.tenant(account)
    const upload = await findUpload(store, request.params.id)
    const body = await readJsonObject(request)
    // Its reply was lost: what was asked for has happened.
    if (again && upload.state === 'completed') return uploadJson(upload, await fileOf(store, upload))
    if (upload.state !== 'pending') throw notPending(upload)
    const parts = orderedParts(await store.parts(upload.id), body.part_ids)
    const file = await putTogether(context, { account, apiKey, upload, parts, md5: body.md5 })
    const completed = await store.completeUpload(upload.id, file.id)
    if (completed) return uploadJson(completed, file)
    await store.removeFile(file.id)
    const now = await findUpload(store, upload.id)
    // The call whose reply was lost was still at it.
    if (again && now.state === 'completed') return uploadJson(now, await fileOf(store, now))
    throw notPending(now)
  })

  app.post('/v1/uploads/:id/cancel', async (request: UploadRequest) => {
    const { account } = await keyOf(request)
    const { again } = readCreateHeaders(request.headers)
    const store = context.tenant(account)
    const upload = await findUpload(store, request.params.id)
    if (again && upload.state === 'cancelled') return uploadJson(upload, null)
    const cancelled = await store.cancelUpload(upload.id)
    if (!cancelled) throw notPending(upload)
    return uploadJson(cancelled, null)
  })

  refuseOtherMethods(app, '/v1/uploads', ['POST'])
  for (const step of ['parts', 'complete', 'cancel']) {
    refuseOtherMethods(app, `/v1/uploads/:id/${step}`, ['POST'])
  }
}

const takePart = async (
  context: ServerContext,
  request: UploadRequest,
  upload: string,
): Promise<UploadPart> => {
  const full = context.noRoom()
  if (full) throw new ApiError('disk_full', full.message)
  const id = context.ids.next('part_')
  const blob = `uploads/${upload}/${id}`
  const writer = await context.blobs.create(blob)
  try {
    let bytes = 0
    await readMultipart(request.raw, 'data', async (file) => {
      for await (const chunk of file.bytes as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes > PART_BYTES_MAX) throw partTooLarge()
        await writer.write(chunk)
      }
    })
    await writer.commit()
    return { id, blob, bytes }
  } catch (error) {
    await writer.abort()
    throw error
  }
}

const putTogether = async (
  context: ServerContext,
  order: {
    account: string
    apiKey: string
    upload: UploadView
    parts: readonly UploadPart[]
    md5: unknown
  },
): Promise<FileView> => {
  const { upload, parts } = order
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  if (bytes !== upload.bytes) {
    const message = `The parts have ${bytes} bytes together, the upload was announced with ${upload.bytes}.`
    throw new ApiError('invalid_value', message, { field: 'part_ids' })
  }
  const draft = new FileDraft(context, order)
  try {
    const source = bytesOf(context.blobs, parts, { start: 0, end: bytes })
    const md5 = createHash('md5')
    await draft.take(source, { readLines: upload.purpose === 'batch', md5 })
    checkMd5(order.md5, md5.digest('hex'))
    return await draft.finish({
      purpose: upload.purpose,
      filename: upload.filename,
      expiresMs: upload.fileExpiresMs ?? defaultExpiry(context, upload.purpose),
      again: false,
    })
  } catch (error) {
    await draft.drop()
    throw error
  }
}

const checkMd5 = (given: unknown, md5: string): void => {
  if (given === undefined || given === null) return
  if (typeof given === 'string' && given.toLowerCase() === md5) return
  throw new ApiError('invalid_value', `'md5' is not that of the parts together, which is ${md5}.`, {
    field: 'md5',
  })
}

const orderedParts = (parts: readonly UploadPart[], ids: unknown): UploadPart[] => {
  if (!Array.isArray(ids) || ids.length === 0) {
    const message = "'part_ids' must be a list of the ids of all parts, in their order."
    throw new ApiError(ids === undefined ? 'missing_field' : 'invalid_type', message, { field: 'part_ids' })
  }
  const byId = new Map(parts.map((part) => [part.id, part]))
  return ids.map((id, at) => {
    const part = byId.get(String(id))
    if (!part) {
      const message = `'part_ids[${at}]' is no part of this upload, or is given twice.`
      throw new ApiError('invalid_value', message, { field: `part_ids[${at}]` })
    }
    byId.delete(part.id)
    return part
  })
}

const findUpload = async (store: TenantStore, id: string): Promise<UploadView> => {
  const upload = await store.upload(id)
  if (!upload) throw new ApiError('not_found', `No such Upload object: ${id.slice(0, 80)}`)
  return upload
}

const findPending = async (store: TenantStore, id: string): Promise<UploadView> => {
  const upload = await findUpload(store, id)
  if (upload.state !== 'pending') throw notPending(upload)
  return upload
}

const notPending = ({ id, state }: UploadView): ApiError =>
  new ApiError(
    'upload_not_pending',
    `${id} is ${state}; only a pending upload takes parts, is completed or cancelled.`,
  )

const partTooLarge = (): ApiError =>
  new ApiError('file_too_large', `A part may have ${PART_BYTES_MAX} bytes.`, { field: 'data' })

const readMimeType = (value: unknown): string => {
  if (typeof value === 'string' && /^[\x21-\x7e]{1,100}$/.test(value)) return value
  const message = "'mime_type' must be a media type such as text/jsonl."
  throw new ApiError(value === undefined ? 'missing_field' : 'invalid_value', message, { field: 'mime_type' })
}

const readBytes = (value: unknown, context: ServerContext, purpose: string): number => {
  const max =
    purpose === 'batch'
      ? context.config().files.bytesMax
      : Math.min(BYTES_MAX, context.config().files.bytesMax)
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= max) return value
  const message = `'bytes' must be the size of the whole file, from 1 to ${max}.`
  throw new ApiError(value === undefined ? 'missing_field' : 'invalid_value', message, { field: 'bytes' })
}

const fileOf = async (store: TenantStore, { file }: UploadView): Promise<FileView | null> =>
  file === null ? null : ((await store.file(file)) ?? null)

const uploadJson = (upload: UploadView, file: FileView | null): Readonly<Record<string, unknown>> => ({
  id: upload.id,
  object: 'upload',
  bytes: upload.bytes,
  created_at: seconds(upload.createdAt),
  expires_at: seconds(upload.expiresAt),
  filename: upload.filename,
  purpose: upload.purpose,
  status: upload.state,
  file: file && fileJson(file),
})
