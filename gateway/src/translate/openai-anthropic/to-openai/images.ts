import { dataUrl } from '../../data-url.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'

export const toImagePart = (block: Fields): JsonObject => {
  const source = block.object('source')
  if (!source) block.refuse('source', 'is required')
  const url = source ? urlOf(source) : ''
  source?.dropRest()
  return { type: 'image_url', image_url: { url } }
}

const urlOf = (source: Fields): string => {
  switch (source.take('type')) {
    case 'url':
      return source.requiredString('url')
    case 'base64':
      return dataUrl({ mimeType: source.requiredString('media_type'), base64: source.requiredString('data') })
    default:
      source.refuse('type', 'must be url or base64: the files at Anthropic are not there for this model')
      return ''
  }
}
