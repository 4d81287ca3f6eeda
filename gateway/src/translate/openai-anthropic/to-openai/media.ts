import { isObject, type JsonObject } from '../../json.ts'

/** Documents that OpenAI's format wants in the request itself; images may be named by their address. */
export const documentUrls = ({ messages }: JsonObject): readonly string[] => [
  ...new Set(listOf(messages).flatMap(({ content }) => listOf(content).flatMap(urlsIn))),
]

const urlsIn = (block: JsonObject): readonly string[] => {
  if (block.type === 'tool_result') return listOf(block.content).flatMap(urlsIn)
  if (block.type !== 'document' || !isObject(block.source) || block.source.type !== 'url') return []
  return typeof block.source.url === 'string' ? [block.source.url] : []
}

const listOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
