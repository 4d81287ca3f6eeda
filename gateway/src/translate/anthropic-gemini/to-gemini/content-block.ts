import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'
import type { Media } from '../../translation.ts'
import { approximateCaching } from './caching.ts'
import { toDocumentParts } from './document.ts'
import { toImagePart } from './image.ts'
import { toSearchResultText } from './search-result.ts'

/** What a user's message, and the result of a tool, can show to the model. */
export const toContentParts = (block: Fields, media: ReadonlyMap<string, Media>): readonly JsonObject[] => {
  const type = block.string('type')
  approximateCaching(block)
  if (type === 'text') return [{ text: block.requiredString('text') }]
  if (type === 'image') return toImagePart(block, media)
  if (type === 'document') return toDocumentParts(block, media)
  if (type === 'search_result') return [{ text: toSearchResultText(block) }]
  block.refuse('type', `must be text, image, document or search_result here, and is ${shown(type)}`)
  return []
}
