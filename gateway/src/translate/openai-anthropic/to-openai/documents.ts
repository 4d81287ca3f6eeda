import { dataUrl } from '../../data-url.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { Media } from '../../translation.ts'
import type { ContentContext } from './content-context.ts'

type PartsOf = (blocks: readonly Fields[]) => readonly JsonObject[]

const FILENAME_DEFAULT = 'document.pdf'

/** PDF becomes a file, everything else what a user says. */
export const toDocumentParts = (
  block: Fields,
  context: ContentContext,
  partsOf: PartsOf,
): readonly JsonObject[] => {
  const source = block.object('source')
  if (!source) block.refuse('source', 'is required')
  const parts = source ? bySource(block, source, context, partsOf) : []
  source?.dropRest()
  loseCitationsWanted(block)
  return parts
}

const bySource = (
  block: Fields,
  source: Fields,
  context: ContentContext,
  partsOf: PartsOf,
): readonly JsonObject[] => {
  switch (source.take('type')) {
    case 'base64':
      return [toFile(block, context, inline(source))]
    case 'url':
      return [toFile(block, context, fetched(source, context))]
    case 'text':
      source.ignore('media_type')
      return [{ type: 'text', text: asText(block, source.requiredString('data')) }]
    case 'content':
      return contentParts(block, source, partsOf)
    default:
      source.refuse('type', 'must be base64, url, text or content for this model')
      return []
  }
}

const inline = (source: Fields): Media => ({
  mimeType: source.requiredString('media_type'),
  base64: source.requiredString('data'),
})

/** Without its content where the request is only checked. */
const fetched = (source: Fields, { media }: ContentContext): Media =>
  media.get(source.requiredString('url')) ?? { mimeType: 'application/pdf', base64: '' }

const toFile = (block: Fields, { traits }: ContentContext, data: Media): JsonObject => {
  if (!traits.takesFiles) block.refuse('source', 'must be text or content: this model takes no files')
  const title = block.string('title')
  if (title === undefined) {
    block.report.defaulted(block.at('title'), FILENAME_DEFAULT)
  }
  return { type: 'file', file: { filename: title ?? FILENAME_DEFAULT, file_data: dataUrl(data) } }
}

const asText = (block: Fields, text: string): string => {
  const title = block.string('title')
  block.report.changed(block.path, 'approximated', { from: 'document', to: 'a text' })
  return title === undefined ? text : `${title}\n\n${text}`
}

const contentParts = (block: Fields, source: Fields, partsOf: PartsOf): readonly JsonObject[] => {
  block.report.changed(block.path, 'approximated', { from: 'document', to: 'its content' })
  const content = source.take('content')
  const title = block.string('title')
  const head = title === undefined ? [] : [{ type: 'text', text: title }]
  if (typeof content === 'string') return [...head, { type: 'text', text: content }]
  return [...head, ...partsOf(source.objects('content'))]
}

const loseCitationsWanted = (block: Fields): void => {
  const citations = block.object('citations')
  if (citations?.take('enabled') === true) block.drop('citations')
  citations?.dropRest()
}
