import {
  type BatchResult,
  type CallOptions,
  type Client,
  isTransient,
  SheepfoldError,
  type Usage,
} from '@sheepfold/client'
import { readLines } from '../input/lines.ts'
import { createSpool, type Spool } from '../input/spool.ts'

/** The lines of both files of a batch. */
export async function* downloadResults(
  client: Client,
  batchId: string,
  options: CallOptions & { readonly spoolFolder: string },
): AsyncGenerator<BatchResult[]> {
  const { output_file_id, error_file_id } = await client.fileBatches.get(batchId, options)
  for (const id of [output_file_id, error_file_id]) {
    if (id === null) continue
    const file = await download(client, id, options)
    try {
      for await (const lines of readLines(file.path))
        yield lines.map(({ bytes, number }) => readLine(bytes, id, number))
    } finally {
      file.discard()
    }
  }
}

const downloadsMax = 5

/** Whole before it is read: a file that breaks off half-way is fetched again. */
const download = async (
  client: Client,
  fileId: string,
  { spoolFolder, ...options }: CallOptions & { readonly spoolFolder: string },
): Promise<Spool> => {
  for (let again = 1; ; again++) {
    const spool = createSpool(spoolFolder)
    try {
      for await (const bytes of await client.files.content(fileId, options)) spool.write(bytes)
      spool.end()
      return spool
    } catch (error) {
      spool.discard()
      if (again === downloadsMax || !(error instanceof SheepfoldError && isTransient(error))) throw error
    }
  }
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
const textOf = (value: unknown) => (typeof value === 'string' ? value : null)
const numberOf = (value: unknown) => (typeof value === 'number' ? value : 0)

const readLine = (bytes: Uint8Array, fileId: string, number: number): BatchResult => {
  const line = parse(bytes)
  const id = textOf(line.custom_id)
  if (id === null)
    throw new Error(`Line ${number} of ${fileId} has no custom_id; it is not a file of results.`)
  const response = fieldsOf(line.response)
  const body = fieldsOf(response.body)
  const error = errorOf(line, response, body)
  return { ...(error ? failure(error) : answerOf(body)), custom_id: id, index: null }
}

const parse = (bytes: Uint8Array): Fields => {
  try {
    return fieldsOf(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    return {}
  }
}

type Content = Omit<BatchResult, 'custom_id' | 'index'>

const statusByCode: Readonly<Record<string, string>> = {
  batch_expired: 'expired',
  batch_cancelled: 'cancelled',
}

const failure = (error: NonNullable<BatchResult['error']>): Content => ({
  status: statusByCode[error.code] ?? 'failed',
  output: null,
  model: null,
  finish_reason: null,
  usage: null,
  cost: null,
  error,
})

/** A refusal is told by the status of the answer, not by `error` alone. */
const errorOf = (line: Fields, response: Fields, body: Fields): BatchResult['error'] => {
  if (line.error !== null && line.error !== undefined) return reasonOf(fieldsOf(line.error), 'failed')
  const status = numberOf(response.status_code)
  if (status >= 200 && status < 300) return null
  return reasonOf(fieldsOf(body.error), status === 0 ? 'no_response' : `http_${status}`)
}

const reasonOf = (error: Fields, otherwise: string) => {
  const code = textOf(error.code) ?? textOf(error.type) ?? otherwise
  return { code, message: textOf(error.message) ?? code }
}

const answerOf = (body: Fields): Content => {
  const choice = fieldsOf(Array.isArray(body.choices) ? body.choices[0] : undefined)
  return {
    status: 'succeeded',
    output: textOf(fieldsOf(choice.message).content),
    model: textOf(body.model),
    finish_reason: textOf(choice.finish_reason),
    usage: usageOf(body.usage),
    cost: null,
    error: null,
  }
}

const usageOf = (value: unknown): Usage | null => {
  if (value === null || value === undefined) return null
  const usage = fieldsOf(value)
  const prompt = numberOf(usage.prompt_tokens)
  const completion = numberOf(usage.completion_tokens)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: numberOf(usage.total_tokens) || prompt + completion,
    cached_tokens: numberOf(fieldsOf(usage.prompt_tokens_details).cached_tokens),
  }
}
