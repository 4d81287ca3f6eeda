import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import type { OpenaiTraits } from '../../traits/openai.ts'
import type { ContentContext } from './content-context.ts'
import { toDocumentParts } from './documents.ts'
import { toImagePart } from './images.ts'

/** A text, or blocks. */
export const contentOf = (fields: Fields, name: string): string | readonly Fields[] => {
  const content = fields.take(name)
  if (typeof content === 'string') return content
  if (content === undefined) fields.refuse(name, 'is required')
  return fields.objects(name)
}

/** What a system prompt may hold. */
export const toTextParts = (blocks: readonly Fields[], context: ContentContext): readonly JsonObject[] =>
  blocks.flatMap((block) => {
    if (block.take('type') === 'text') return toBlockParts(block, context)
    block.refuse('type', 'must be text')
    return []
  })

export const toParts = (blocks: readonly Fields[], context: ContentContext): readonly JsonObject[] =>
  blocks.flatMap((block) => toBlockParts(block, context))

const toBlockParts = (block: Fields, context: ContentContext): readonly JsonObject[] => {
  const parts = partsOf(block, context)
  const breakpoint = breakpointOf(block, context.traits)
  block.dropRest()
  // It marks the end of what is to be cached.
  return parts.map((part, at) =>
    at === parts.length - 1 ? present({ ...part, prompt_cache_breakpoint: breakpoint }) : part,
  )
}

const partsOf = (block: Fields, context: ContentContext): readonly JsonObject[] => {
  switch (block.take('type')) {
    case 'text':
      loseCitations(block)
      return [{ type: 'text', text: block.requiredString('text') }]
    case 'image':
      return [toImagePart(block)]
    case 'document':
      return toDocumentParts(block, context, (blocks) => toParts(blocks, context))
    case 'search_result':
      return [toSearchResult(block)]
    default:
      block.refuse('type', 'must be text, image, document or search_result for this model')
      return []
  }
}

export const loseCitations = (block: Fields): void => block.drop('citations')

const toSearchResult = (block: Fields): JsonObject => {
  const head = [block.requiredString('title'), block.requiredString('source')]
  const texts = block.objects('content').map((each) => each.requiredString('text'))
  block.drop('citations')
  block.report.changed(block.path, 'approximated', { from: 'search_result', to: 'a text' })
  return { type: 'text', text: [...head, ...texts].join('\n') }
}

/** How long the cache keeps it is the provider's choice. */
const breakpointOf = (block: Fields, { takesBreakpoints }: OpenaiTraits): JsonObject | undefined => {
  const isAsked = block.take('cache_control') !== undefined
  block.approximate('cache_control', takesBreakpoints ? 'a breakpoint' : 'automatic caching')
  return isAsked && takesBreakpoints ? { mode: 'explicit' } : undefined
}
