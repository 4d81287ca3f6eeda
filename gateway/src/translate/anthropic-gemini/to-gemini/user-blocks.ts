import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { Media } from '../../translation.ts'
import { toContentParts } from './content-block.ts'
import { toFunctionResponse } from './tool-result.ts'

export const toUserParts = (
  message: Fields,
  media: ReadonlyMap<string, Media>,
  used: ReadonlyMap<string, string>,
): readonly JsonObject[] => {
  const content = message.take('content')
  if (typeof content === 'string') return [{ text: content }]
  if (content === undefined) message.refuse('content', 'is required')
  return message.objects('content').flatMap((block) => {
    const parts =
      block.string('type') === 'tool_result'
        ? toFunctionResponse(block, media, used)
        : toContentParts(block, media)
    block.dropRest()
    return parts
  })
}
