import { readDataUrl } from '../data-url.ts'
import type { JsonObject } from '../json.ts'
import type { Fields } from '../reading/fields.ts'
import type { Media } from '../translation.ts'

export const inlineData = (mimeType: string, data: string): JsonObject => ({ inlineData: { mimeType, data } })

/** What Gemini fetches itself: its own files, and those of its storage. Everything else goes inline. */
const ITS_OWN = /^(?:gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/)/

export const isToBeFetched = (url: string): boolean => /^https?:\/\//i.test(url) && !ITS_OWN.test(url)

/** The member that holds the URL of a picture or a document, as a part; undefined where it is refused. */
export const partOfUrl = (
  fields: Fields,
  name: string,
  media: ReadonlyMap<string, Media>,
): JsonObject | undefined => {
  const url = fields.requiredString(name)
  const inline = readDataUrl(url)
  if (inline) return inlineData(inline.mimeType, inline.base64)
  if (ITS_OWN.test(url)) return { fileData: { fileUri: url } }
  if (!isToBeFetched(url)) {
    fields.refuse(
      name,
      'must be a URL of http, https or gs, or a data: URL that names its type and is in base64',
    )
    return undefined
  }
  const fetched = media.get(url)
  // Where the request is only checked, nothing was fetched, and nothing of this is sent.
  return fetched ? inlineData(fetched.mimeType, fetched.base64) : { fileData: { fileUri: url } }
}
