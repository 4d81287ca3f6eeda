import type { BilledText } from '../../money/estimate-usage.ts'
import { isRecord, type JsonObject, parseObject } from '../answers/json.ts'
import { stringsWithin } from '../answers/strings-within.ts'
import type { Exchange } from '../protocol.ts'

/** The texts of an exchange that tokens are counted of; pictures and files are not billed by their characters. */
export const billedText = ({ request, answer }: Exchange): BilledText => {
  const sent = parseObject(request.toString())
  if (!sent) return { input: [request.toString()], inputTokens: 0, output: [answer.toString()] }
  const turns = listOf(sent.messages).map((message) => (isRecord(message) ? message.content : undefined))
  return {
    input: [...[sent.system, ...turns].flatMap(textsOfContent), ...schemas(sent)],
    inputTokens: 0,
    output: textsOfContent(parseObject(answer.toString())?.content),
  }
}

const schemas = ({ tools, output_config: config }: JsonObject): string[] =>
  stringsWithin(
    [listOf(tools).map(withoutMark), isRecord(config) && isRecord(config.format) ? config.format.schema : []],
    'schema',
  ).texts

const withoutMark = (tool: unknown): unknown =>
  isRecord(tool) ? { ...tool, cache_control: undefined } : tool

/** A text, or blocks. */
const textsOfContent = (content: unknown): string[] =>
  typeof content === 'string' ? [content] : listOf(content).flatMap(textsOfBlock)

/** The input of a tool is JSON, whose names of fields are written and read like its values. */
const textsOfBlock = (block: unknown): string[] => {
  if (!isRecord(block)) return []
  const { input, ...rest } = block
  return [...stringsWithin([rest], NOT_TEXT).texts, ...stringsWithin([input], 'schema').texts]
}

/** Fields that say what a block is, or hold what is no text: nothing of them is counted as one. */
const NOT_TEXT: ReadonlySet<string> = new Set([
  'cache_control',
  'caller',
  'citations',
  'data',
  'encrypted_content',
  'file_id',
  'id',
  'media_type',
  'signature',
  'tool_use_id',
  'type',
  'url',
])

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
