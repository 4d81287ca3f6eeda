import { inlineData, partOfUrl } from '../../gemini/media-part.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'
import type { Media } from '../../translation.ts'

/** The content of a user's message; the details of its pictures are noted, because they are said elsewhere. */
export const toUserParts = (
  message: Fields,
  media: ReadonlyMap<string, Media>,
  details: string[],
): readonly JsonObject[] => {
  const content = message.take('content')
  if (typeof content === 'string') return [{ text: content }]
  if (content === undefined) message.refuse('content', 'is required')
  return message.objects('content').flatMap((part) => {
    const translated = toPart(part, media, details)
    part.dropRest()
    return translated ? [translated] : []
  })
}

const toPart = (
  part: Fields,
  media: ReadonlyMap<string, Media>,
  details: string[],
): JsonObject | undefined => {
  const type = part.string('type') ?? ''
  if (type === 'text') return { text: part.requiredString('text') }
  const named = BY_TYPE.has(type) ? part.object(type) : undefined
  const translated = named && BY_TYPE.get(type)?.(named, media, details)
  if (!named) part.refuse('type', `must be text, ${KINDS} with that member; and is ${shown(type)}`)
  named?.dropRest()
  return translated
}

const toImage = (
  image: Fields,
  media: ReadonlyMap<string, Media>,
  details: string[],
): JsonObject | undefined => {
  const detail = image.string('detail')
  if (detail !== undefined && detail !== 'auto') {
    details.push(detail)
    image.approximate('detail', 'one mediaResolution for the whole request')
  }
  return partOfUrl(image, 'url', media)
}

const toAudio = (audio: Fields): JsonObject =>
  inlineData(`audio/${audio.requiredString('format')}`, audio.requiredString('data'))

const toFile = (file: Fields): JsonObject | undefined => {
  if (file.take('file_id') !== undefined) {
    file.refuse('file_id', 'names a file that only OpenAI has: give it as file_data')
    return undefined
  }
  file.approximate('filename', 'the type of the file')
  const data = file.requiredString('file_data')
  // Without a type it is what files of this part are documented to be.
  return data.startsWith('data:')
    ? partOfUrl(file, 'file_data', new Map())
    : inlineData('application/pdf', data)
}

type ToPart = (part: Fields, media: ReadonlyMap<string, Media>, details: string[]) => JsonObject | undefined

const BY_TYPE: ReadonlyMap<string, ToPart> = new Map([
  ['image_url', toImage],
  ['input_audio', toAudio],
  ['file', toFile],
])

const KINDS = [...BY_TYPE.keys()].join(', ')

/** Gemini has one resolution for all pictures: the finest that one of them asks for. */
export const mediaResolutionOf = (details: readonly string[]): string | undefined => {
  if (details.length === 0) return undefined
  return details.every((detail) => detail === 'low') ? 'MEDIA_RESOLUTION_LOW' : 'MEDIA_RESOLUTION_HIGH'
}
