import OpenAI, { toFile } from 'openai'
import type { Batch, BatchCreateParams } from 'openai/resources/batches'
import type { FileObject } from 'openai/resources/files'
import type { TestGateway } from './gateway.ts'

type Server = Pick<TestGateway, 'url' | 'key'>

/** The official client with its default settings, for the key of the server or another one. */
export const openaiOf = ({ url, key }: Server, apiKey = key): OpenAI =>
  new OpenAI({ apiKey, baseURL: `${url}/v1` })

export const CHAT = '/v1/chat/completions'

/** The line of an input file that asks a chat model for one thing. */
export const chatLine = (customId: string, content: string, more: object = {}): string =>
  JSON.stringify({
    custom_id: customId,
    method: 'POST',
    url: CHAT,
    body: { model: 'gpt-4.1', messages: [{ role: 'user', content }], ...more },
  })

/** `count` lines that differ, `r-0` first. */
export const chatLines = (count: number, content = (index: number): string => `text ${index}`): string[] =>
  Array.from({ length: count }, (_, index) => chatLine(`r-${index}`, content(index)))

export const upload = async (
  openai: OpenAI,
  content: readonly string[] | Buffer,
  filename = 'input.jsonl',
): Promise<FileObject> => {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content.map((line) => `${line}\n`).join(''))
  return openai.files.create({ file: await toFile(bytes, filename), purpose: 'batch' })
}

export type MoreOfBatch = Partial<BatchCreateParams>

export const createOf = (openai: OpenAI, file: string, more: MoreOfBatch = {}): Promise<Batch> =>
  openai.batches.create({
    input_file_id: file,
    endpoint: CHAT,
    completion_window: '24h',
    ...more,
  })

/** Uploads the lines and makes a batch of them. */
export const submit = async (
  openai: OpenAI,
  content: readonly string[] | Buffer,
  more: MoreOfBatch = {},
): Promise<Batch> => createOf(openai, (await upload(openai, content)).id, more)

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled'])

/** The batch once it has ended; the server says it as soon as it knows. */
export const ended = async (openai: OpenAI, { id }: Pick<Batch, 'id'>): Promise<Batch> => {
  for (;;) {
    const batch = await openai.batches.retrieve(id, { headers: { prefer: 'wait=60' } })
    if (ENDED.has(batch.status)) return batch
  }
}

export interface OutputLine {
  readonly id: string
  readonly custom_id: string
  readonly response: {
    readonly status_code: number
    readonly request_id: string
    readonly body: unknown
  } | null
  readonly error: { readonly code: string; readonly message: string } | null
}

/** The lines of an output or error file; none where there is no such file. */
export const linesOf = async (openai: OpenAI, file: string | null | undefined): Promise<OutputLine[]> => {
  if (file === null || file === undefined) return []
  const text = await (await openai.files.content(file)).text()
  if (text === '') return []
  return text
    .trimEnd()
    .split('\n')
    .map((line): OutputLine => JSON.parse(line))
}

/** What was answered to a line: the fake provider repeats what it was told. */
export const answerOf = ({ response }: OutputLine): unknown => {
  const body = response?.body as { choices: Array<{ message: { content: unknown } }> } | undefined
  return body?.choices[0]?.message.content
}

/** Why a call was refused. */
export const refusalOf = async (what: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> => {
  const error = await what.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof OpenAI.APIError) return error
  throw new Error(`it was not refused: ${error}`)
}
