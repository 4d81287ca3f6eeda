import { toResponse } from '../../gemini/function-response.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { Media } from '../../translation.ts'
import { approximateCaching } from './caching.ts'
import { toContentParts } from './content-block.ts'

/**
 * Gemini wants the name of the function with its result, which Anthropic says with the use alone. What is no text
 * stands behind the result.
 */
export const toFunctionResponse = (
  block: Fields,
  media: ReadonlyMap<string, Media>,
  used: ReadonlyMap<string, string>,
): readonly JsonObject[] => {
  const id = block.requiredString('tool_use_id')
  const name = used.get(id)
  if (name === undefined) block.refuse('tool_use_id', 'names no tool_use of an earlier message')
  approximateCaching(block)
  const parts = toParts(block, media)
  const text = parts.flatMap((part) => (typeof part.text === 'string' ? [part.text] : [])).join('\n')
  const response = block.boolean('is_error') === true ? { error: text } : toResponse(text)
  const shown = parts.filter((part) => part.text === undefined)
  if (shown.length > 0) block.move('content', 'what is no text is behind the result')
  return [{ functionResponse: { id, name: name ?? '', response } }, ...shown]
}

const toParts = (block: Fields, media: ReadonlyMap<string, Media>): readonly JsonObject[] => {
  const content = block.take('content')
  if (content === undefined || typeof content === 'string') return [{ text: content ?? '' }]
  return block.objects('content').flatMap((each) => {
    const parts = toContentParts(each, media)
    each.dropRest()
    return parts
  })
}
