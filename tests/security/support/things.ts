import type { TestGateway } from '../../support/gateway.ts'
import { type Answer, call } from '../../support/http.ts'
import { chatLine } from '../../support/openai.ts'
import { until } from '../../support/wait.ts'
import { uploadFile } from './upload.ts'

/** One of each kind of object that an account can own, by its id. */
export interface Things {
  readonly batch: string
  readonly fileBatch: string
  readonly messageBatch: string
  readonly outputFile: string
  readonly inputFile: string
  readonly upload: string
  readonly spareUpload: string
  readonly part: string
  readonly webhook: string
  readonly delivery: string
  /** Of the batch's results in the order of completion. */
  readonly cursor: string
}

/** Ids of the same form, of which nothing exists. */
export const ABSENT: Things = {
  batch: `batch_${'0'.repeat(24)}`,
  fileBatch: `batch_${'1'.repeat(24)}`,
  messageBatch: `msgbatch_${'2'.repeat(24)}`,
  outputFile: `file-out_${'1'.repeat(24)}`,
  inputFile: `file-${'0'.repeat(24)}`,
  upload: `upload_${'0'.repeat(24)}`,
  spareUpload: `upload_${'1'.repeat(24)}`,
  part: `part_${'0'.repeat(24)}`,
  webhook: `webhook_${'0'.repeat(24)}`,
  delivery: `evt_${'0'.repeat(24)}`,
  cursor: `batch_${'0'.repeat(24)}~AA`,
}

type Server = Pick<TestGateway, 'url' | 'key'>

const PART = 'some bytes'

/** Makes them all; the secrets in them are what nobody else may see. */
export const makeThings = async (server: Server): Promise<Things> => {
  const ask = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await call(`${server.url}${path}`, { key: server.key, body })
    return objectOf(path, answer)
  }
  const idOf = async (path: string, body?: unknown): Promise<string> => String((await ask(path, body)).id)
  const end = async (id: string): Promise<void> => {
    for (let status = ''; status !== 'completed'; ) {
      const url = `${server.url}/v1/batches/${id}`
      const answer = await call(url, { key: server.key, headers: { prefer: 'wait=60' } })
      status = String(objectOf(url, answer).status)
    }
  }
  const batch = await idOf('/v1/batches', { model: 'batch-4.1', tasks: [{ prompt: 'a secret' }] })
  const inputFile = await uploadFile(server, Buffer.from(`${chatLine('r-0', 'a secret')}\n`), {
    purpose: 'batch',
    filename: 'secret.jsonl',
  })
  const fileBatch = await idOf('/v1/batches', {
    input_file_id: inputFile,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  })
  await end(batch)
  await end(fileBatch)
  const messageBatch = await makeMessageBatch(ask)
  const newUpload = { purpose: 'user_data', filename: 'secret.bin', bytes: PART.length, mime_type: 'text/x' }
  const upload = await idOf('/v1/uploads', newUpload)
  const part = await call(`${server.url}/v1/uploads/${upload}/parts`, { key: server.key, ...partForm(PART) })
  const webhook = await idOf('/v1/webhooks', { url: 'https://secret.test/in' })
  const delivery = await call(`${server.url}/v1/webhooks/${webhook}/test`, {
    key: server.key,
    method: 'POST',
  })
  const page = await ask(`/v1/batches/${batch}/results?order=completion`)
  return {
    batch,
    fileBatch,
    messageBatch,
    outputFile: String((await ask(`/v1/batches/${fileBatch}`)).output_file_id),
    inputFile,
    upload,
    spareUpload: await idOf('/v1/uploads', newUpload),
    part: String(objectOf('parts', part).id),
    webhook,
    delivery: String(objectOf('test', delivery).id),
    cursor: String(page.next_cursor),
  }
}

/** One that is cancelled at once, and has ended. */
const makeMessageBatch = async (
  ask: (path: string, body?: unknown) => Promise<Record<string, unknown>>,
): Promise<string> => {
  const params = { model: 'batch-4.1', max_tokens: 1, messages: [{ role: 'user', content: 'a secret' }] }
  const made = await ask('/v1/batches', { requests: [{ custom_id: 'a-secret', params }] })
  const id = String(made.id)
  await ask(`/v1/messages/batches/${id}/cancel`, {})
  await until('the end of the batch of messages', async () => {
    return (await ask(`/v1/messages/batches/${id}`)).ended_at !== null
  })
  return id
}

/** A part of an upload, as it is sent. */
export const partForm = (content: string) => ({
  headers: { 'content-type': 'multipart/form-data; boundary=XX' },
  body: `--XX\r\nContent-Disposition: form-data; name="data"; filename="part"\r\n\r\n${content}\r\n--XX--\r\n`,
})

const objectOf = (path: string, { status, json, text }: Answer): Record<string, unknown> => {
  if (status === 200 && typeof json === 'object' && json !== null) return { ...json }
  throw new Error(`${path}: ${status} ${text}`)
}
