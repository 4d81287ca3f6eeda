import { isToBeFetched } from '../../gemini/media-part.ts'
import { isObject, type JsonObject, objectsOf } from '../../json.ts'

/** The pictures that Gemini wants in the request itself. */
export const mediaOf = ({ messages }: JsonObject): readonly string[] => {
  const urls = objectsOf(messages)
    .flatMap(({ content }) => objectsOf(content))
    .map(({ type, image_url }) => (type === 'image_url' && isObject(image_url) ? image_url.url : undefined))
  return [...new Set(urls.filter((url) => typeof url === 'string'))].filter(isToBeFetched)
}
