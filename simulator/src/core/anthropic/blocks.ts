import { isError, type ProviderError } from '../provider-error.ts'
import { isRecord } from '../record.ts'
import { invalidRequest } from './errors.ts'
import { required, wrong } from './fields.ts'

/** A part of a turn, as far as the model and the cache look at it. */
export interface Block {
  readonly type: string
  readonly text: string
  readonly images: number
  /** Everything up to its end is to be kept so long. */
  readonly ttlMs: number | undefined
  /** Of a tool's call, or of what came of it. */
  readonly toolUseId: string | undefined
}

/** Where a content stands, and what may stand there. */
export interface Place {
  readonly at: string
  readonly role: string
  readonly isStrict: boolean
}

/** A text is a content of one block. */
export const readContent = (content: unknown, place: Place): readonly Block[] | ProviderError => {
  if (content === undefined) return required(place.at)
  if (typeof content === 'string') return content === '' ? [] : [textBlock(content)]
  if (!Array.isArray(content)) return wrong(place.at, 'Input should be a valid list')
  const blocks: Block[] = []
  for (const [number, each] of content.entries()) {
    const block = readBlock(each, { ...place, at: `${place.at}.${number}` })
    if (isError(block)) return block
    blocks.push(block)
  }
  return blocks
}

/** How long what is marked with it is kept; nothing where it is not marked. */
export const ttlOf = (mark: unknown, at: string): number | undefined | ProviderError => {
  if (mark === undefined || mark === null) return undefined
  if (!isRecord(mark) || mark.type !== 'ephemeral')
    return wrong(`${at}.cache_control.type`, "Input should be 'ephemeral'")
  const ttl = ttls.get(mark.ttl ?? '5m')
  return ttl ?? wrong(`${at}.cache_control.ttl`, "Input should be '5m' or '1h'")
}

export const fiveMinutesMs = 300_000
export const oneHourMs = 3_600_000

const ttls: ReadonlyMap<unknown, number> = new Map([
  ['5m', fiveMinutesMs],
  ['1h', oneHourMs],
])

const textBlock = (text: string): Block => ({
  type: 'text',
  text,
  images: 0,
  ttlMs: undefined,
  toolUseId: undefined,
})

const readBlock = (block: unknown, place: Place): Block | ProviderError => {
  if (!isRecord(block)) return wrong(place.at, 'Input should be a valid dictionary')
  const { type } = block
  const read = typeof type === 'string' ? readers.get(type) : undefined
  if (read === undefined)
    return wrong(
      place.at,
      `Input tag '${String(type)}' found using 'type' does not match any of the expected tags`,
    )
  const content = read(block, place)
  if (isError(content)) return content
  const ttlMs = ttlOf(block.cache_control, place.at)
  if (typeof ttlMs === 'object') return ttlMs
  return { ...textBlock(''), ...content, type: String(type), ttlMs }
}

type Content = Partial<Pick<Block, 'text' | 'images' | 'toolUseId'>>
type Reader = (block: Record<string, unknown>, place: Place) => Content | ProviderError

const readText: Reader = ({ text, citations }, { at, role, isStrict }) => {
  if (typeof text !== 'string') return required(`${at}.text`)
  if (text === '') return invalidRequest('messages: text content blocks must be non-empty')
  const isCited = Array.isArray(citations) && citations.length > 0
  return isStrict && role === 'user' && isCited
    ? wrong(`${at}.citations`, 'citations are not supported in user messages')
    : { text }
}

const sources: ReadonlySet<unknown> = new Set(['base64', 'url', 'file', 'text', 'content'])

const readSource: Reader = ({ source }, { at }) => {
  if (source === undefined) return required(`${at}.source`)
  return isRecord(source) && sources.has(source.type)
    ? { images: 1 }
    : wrong(`${at}.source`, 'Input should be a source of a known type')
}

const readDocument: Reader = (block, place) =>
  place.isStrict && place.role === 'assistant'
    ? wrong(place.at, 'document blocks are not supported in assistant messages')
    : readSource(block, place)

const readToolUse: Reader = ({ id, name, input }, { at, role }) => {
  if (role !== 'assistant') return wrong(at, '`tool_use` blocks can only be in `assistant` messages')
  if (typeof id !== 'string') return required(`${at}.id`)
  if (typeof name !== 'string') return required(`${at}.name`)
  return isRecord(input)
    ? { text: `${name} ${JSON.stringify(input)}`, toolUseId: id }
    : wrong(`${at}.input`, 'Input should be a valid dictionary')
}

const readToolResult: Reader = ({ tool_use_id: id, content = '' }, place) => {
  if (place.role !== 'user') return wrong(place.at, '`tool_result` blocks can only be in `user` messages')
  if (typeof id !== 'string') return required(`${place.at}.tool_use_id`)
  // Neither calls nor results may stand within one.
  const blocks = readContent(content, { ...place, at: `${place.at}.content`, role: 'tool_result' })
  if (isError(blocks)) return blocks
  return {
    text: blocks.map((block) => block.text).join('\n'),
    images: blocks.reduce((sum, block) => sum + block.images, 0),
    toolUseId: id,
  }
}

const asText =
  (field: string): Reader =>
  (block, { at }) => {
    const value = block[field]
    return typeof value === 'string' ? { text: value } : required(`${at}.${field}`)
  }

const readers: ReadonlyMap<string, Reader> = new Map([
  ['text', readText],
  ['image', readSource],
  ['document', readDocument],
  ['tool_use', readToolUse],
  ['tool_result', readToolResult],
  ['thinking', asText('thinking')],
  ['redacted_thinking', asText('data')],
  ['search_result', asText('title')],
])
