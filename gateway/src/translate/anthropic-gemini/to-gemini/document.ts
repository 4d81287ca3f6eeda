import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { Media } from '../../translation.ts'
import { toMediaPart } from './image.ts'
import { textOf } from './text-blocks.ts'

/** What is said of a document stands before it, in words. */
export const toDocumentParts = (block: Fields, media: ReadonlyMap<string, Media>): readonly JsonObject[] => {
  const heading = ['title', 'context'].flatMap((name) => {
    const text = block.string(name)
    block.move(name, 'a text before the document')
    return text ? [text] : []
  })
  const citations = block.object('citations')
  if (citations?.take('enabled') !== false) citations?.drop('enabled')
  citations?.dropRest()
  const source = block.object('source')
  if (!source) block.refuse('source', 'is required')
  const part = source && toPart(source, media)
  source?.dropRest()
  return [...(heading.length > 0 ? [{ text: heading.join('\n') }] : []), ...(part ? [part] : [])]
}

const toPart = (source: Fields, media: ReadonlyMap<string, Media>): JsonObject | undefined => {
  const type = source.string('type')
  if (type === 'content') return { text: textOf(source, 'content') }
  if (type !== 'text') return toMediaPart(source, type, media)
  source.ignore('media_type')
  return { text: source.requiredString('data') }
}
