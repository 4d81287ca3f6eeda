import { inlineData, partOfUrl } from '../../gemini/media-part.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'
import type { Media } from '../../translation.ts'

export const toImagePart = (block: Fields, media: ReadonlyMap<string, Media>): readonly JsonObject[] => {
  const source = block.object('source')
  if (!source) {
    block.refuse('source', 'is required')
    return []
  }
  const part = toMediaPart(source, source.string('type'), media)
  source.dropRest()
  return part ? [part] : []
}

/** The sources that pictures and documents have in common. */
export const toMediaPart = (
  source: Fields,
  type: string | undefined,
  media: ReadonlyMap<string, Media>,
): JsonObject | undefined => {
  if (type === 'base64') return inlineData(source.requiredString('media_type'), source.requiredString('data'))
  if (type === 'url') return partOfUrl(source, 'url', media)
  source.refuse(
    'type',
    `must be base64 or url: this model has no files of Anthropic's; and is ${shown(type)}`,
  )
  return undefined
}
