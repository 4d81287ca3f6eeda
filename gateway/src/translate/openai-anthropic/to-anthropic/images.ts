import { readDataUrl } from '../../data-url.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'

/** Anthropic fetches web addresses itself. */
export const toImageBlock = (part: Fields): JsonObject => {
  const image = part.object('image_url')
  if (!image) {
    part.refuse('image_url', 'is required')
    return {}
  }
  if (image.take('detail') !== 'auto') image.drop('detail')
  const source = toSource(image)
  image.dropRest()
  return { type: 'image', source }
}

const WEB = /^https?:\/\//

const toSource = (image: Fields): JsonObject => {
  const url = image.requiredString('url')
  const data = readDataUrl(url)
  if (data) return { type: 'base64', media_type: data.mimeType, data: data.base64 }
  if (!WEB.test(url)) image.refuse('url', 'must begin with https:// or be a data: URL in base64')
  return { type: 'url', url }
}
