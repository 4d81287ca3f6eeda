import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { model } from './requests.ts'

const BLOCK_BYTES = 1_048_576

/** What people send: English documents with their line breaks and quotes, and short Korean texts. */
export type Texts = 'documents' | 'reviews-ko'

export interface FileShape {
  readonly lines: number
  /** Of a line, about. */
  readonly lineBytes: number
  readonly texts: Texts
}

/** A file of requests as OpenAI's batches take it, each another one, in blocks that end with a line. */
export const requestFile = ({ lines, lineBytes, texts }: FileShape): Buffer[] => {
  const textOf = textsOf(texts, lineBytes - requestLine(0, '').length)
  return blocksOf(lines, (line) => `${requestLine(line, textOf(line))}\n`)
}

/** The document of a create in Anthropic's dialect, of about so many bytes a request, in blocks. */
export const messageDocument = (requests: number, requestBytes: number): Buffer[] => {
  const textOf = textsOf('documents', requestBytes - messageRequest(0, '').length)
  return blocksOf(requests, (at) => {
    const start = at === 0 ? '{"requests":[' : ','
    return start + messageRequest(at, textOf(at)) + (at === requests - 1 ? ']}' : '')
  })
}

/** A text of about so many bytes for each request, each another one. */
const textsOf = (texts: Texts, bytes: number): ((at: number) => string) => {
  const stretch = stretchOf(texts)
  const characters = Math.floor(bytes / bytesPerCharacter(stretch))
  return (at) => {
    const start = (at * 131) % (stretch.length - characters)
    return stretch.slice(start, start + characters).toWellFormed()
  }
}

const blocksOf = (pieces: number, pieceOf: (at: number) => string): Buffer[] => {
  const blocks: Buffer[] = []
  let block = ''
  for (let at = 0; at < pieces; at++) {
    block += pieceOf(at)
    if (block.length >= BLOCK_BYTES) {
      blocks.push(Buffer.from(block))
      block = ''
    }
  }
  if (block !== '') blocks.push(Buffer.from(block))
  return blocks
}

const requestLine = (line: number, content: string): string =>
  JSON.stringify({
    custom_id: `request-${String(line).padStart(7, '0')}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model, messages: [{ role: 'user', content }] },
  })

const messageRequest = (at: number, content: string): string =>
  JSON.stringify({
    custom_id: `request-${String(at).padStart(7, '0')}`,
    params: { model, max_tokens: 64, messages: [{ role: 'user', content }] },
  })

const STRETCH_CHARACTERS = 1_000_000

/** The texts of the demo's sample, one behind another. */
const stretchOf = (texts: Texts): string => {
  const file = new URL(`../../cli/sample/${texts}.jsonl.gz`, import.meta.url)
  const records = gunzipSync(readFileSync(file)).toString().trim().split('\n')
  let stretch = ''
  for (let at = 0; stretch.length < STRETCH_CHARACTERS; at += 1) {
    const record: unknown = JSON.parse(records[at % records.length] ?? '')
    if (typeof record !== 'object' || record === null) throw new Error(`${file} has a line that is no record`)
    stretch += `${Object.entries(record).find(([name]) => name === 'content' || name === 'text')?.[1]} `
  }
  return stretch
}

const bytesPerCharacter = (stretch: string): number =>
  Buffer.byteLength(JSON.stringify(stretch)) / stretch.length

export const bytesOf = (blocks: readonly Buffer[]): number =>
  blocks.reduce((sum, { length }) => sum + length, 0)
