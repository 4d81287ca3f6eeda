import { isToBeFetched } from '../../gemini/media-part.ts'
import { isObject, type JsonObject, objectsOf } from '../../json.ts'

/** The pictures and documents that Gemini wants in the request itself. */
export const mediaOf = ({ messages }: JsonObject): readonly string[] => {
  const blocks = objectsOf(messages).flatMap(({ content }) => objectsOf(content))
  const inResults = blocks.flatMap(({ type, content }) => (type === 'tool_result' ? objectsOf(content) : []))
  const urls = [...blocks, ...inResults].map(({ source }) =>
    isObject(source) && source.type === 'url' ? source.url : undefined,
  )
  return [...new Set(urls.filter((url) => typeof url === 'string'))].filter(isToBeFetched)
}
