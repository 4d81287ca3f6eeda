import {
  batchPath,
  type Caller,
  type CallOptions,
  query,
  uploadSilenceSecondsMax,
  type WaitOptions,
} from './caller.ts'
import type { CreateFileBatch, FileBatch, Page, StoredFile, Upload } from './file-shapes.ts'
import { readFile, readFileBatch, readPage } from './read-file-answer.ts'

export interface ListFilesOptions extends CallOptions {
  /** For example `batch` or `batch_output`. */
  readonly purpose?: string
  readonly limit?: number
  readonly after?: string
}

export interface FileCalls {
  /** Newest first. */
  list(options?: ListFilesOptions): Promise<Page<StoredFile>>
  get(id: string, options?: CallOptions): Promise<StoredFile>
  /** A reply that is lost leaves a file behind that nobody names; it goes when it expires. */
  upload(upload: Upload, options?: CallOptions): Promise<StoredFile>
  /** Its bytes as they come; one that breaks off throws a `SheepfoldError` of code `unreachable`. */
  content(id: string, options?: CallOptions): Promise<AsyncIterable<Uint8Array>>
  delete(id: string, options?: CallOptions): Promise<void>
}

export interface CreateFileBatchOptions extends CallOptions {
  /** A server that knows no such keys makes a batch for each create that arrives. */
  readonly idempotencyKey?: string
  /** Default: as the client was told. 0 where the server may not know idempotency keys. */
  readonly retriesMax?: number
}

export interface FileBatchCalls {
  create(body: CreateFileBatch, options?: CreateFileBatchOptions): Promise<FileBatch>
  get(id: string, options?: WaitOptions): Promise<FileBatch>
  list(options?: CallOptions & { readonly limit?: number; readonly after?: string }): Promise<Page<FileBatch>>
  /** It ends as `cancelled` once the running requests are through; what is finished stays. */
  cancel(id: string, options?: CallOptions): Promise<FileBatch>
}

const filePath = (id: string) => `/v1/files/${encodeURIComponent(id)}`

export const fileCalls = ({ call, open }: Caller): FileCalls => ({
  list: async ({ purpose, limit, after, ...options } = {}) =>
    readPage(await call('GET', `/v1/files${query({ purpose, limit, after })}`, options), readFile),
  get: async (id, options) => readFile(await call('GET', filePath(id), options)),
  upload: async (upload, options) =>
    readFile(
      await call('POST', '/v1/files', options, {
        body: formOf(upload),
        silenceSecondsMax: uploadSilenceSecondsMax,
      }),
    ),
  content: (id, options) => open(`${filePath(id)}/content`, options),
  delete: async (id, options) => {
    await call('DELETE', filePath(id), options)
  },
})

const formOf = ({ content, filename, purpose = 'batch' }: Upload): FormData => {
  const form = new FormData()
  form.append('purpose', purpose)
  form.append('file', typeof content === 'string' ? new Blob([content]) : content, filename)
  return form
}

export const fileBatchCalls = ({ call, wait }: Caller): FileBatchCalls => ({
  create: async (body, { idempotencyKey, retriesMax, ...options } = {}) => {
    const { endpoint = '/v1/chat/completions', completion_window = '24h', ...rest } = body
    return readFileBatch(
      await call('POST', '/v1/batches', options, {
        body: JSON.stringify({ ...rest, endpoint, completion_window }),
        headers: { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() },
        retriesMax,
      }),
    )
  },
  get: async (id, options) => readFileBatch(await wait(batchPath(id), options)),
  list: async ({ limit, after, ...options } = {}) =>
    readPage(await call('GET', `/v1/batches${query({ limit, after })}`, options), readFileBatch),
  cancel: async (id, options) => readFileBatch(await call('POST', `${batchPath(id)}/cancel`, options)),
})
