import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { toDocumentBlock } from './files.ts'
import { toImageBlock } from './images.ts'
import type { Said } from './system.ts'

export const USER_PARTS: ReadonlySet<unknown> = new Set(['text', 'image_url', 'file'])
export const SYSTEM_PARTS: ReadonlySet<unknown> = new Set(['text'])
export const ASSISTANT_PARTS: ReadonlySet<unknown> = new Set(['text', 'refusal'])

/** The content of a message: a text, or parts that become blocks. */
export const toContent = (message: Fields, allowed: ReadonlySet<unknown>): Said => {
  const content = message.take('content')
  if (typeof content === 'string') return content
  if (content === undefined) message.refuse('content', 'is required')
  return message.objects('content').map((part) => toBlock(part, allowed))
}

const toBlock = (part: Fields, allowed: ReadonlySet<unknown>): JsonObject => {
  if (!allowed.has(part.take('type'))) {
    part.refuse('type', `must be ${[...allowed].join(' or ')}: no other part can be sent here`)
    return {}
  }
  const block = present({ ...byType(part), cache_control: toCacheControl(part) })
  part.dropRest()
  return block
}

const byType = (part: Fields): JsonObject => {
  switch (part.take('type')) {
    case 'image_url':
      return toImageBlock(part)
    case 'file':
      return toDocumentBlock(part)
    case 'refusal':
      part.approximate('refusal', 'a text')
      return { type: 'text', text: part.requiredString('refusal') }
    default:
      return { type: 'text', text: part.requiredString('text') }
  }
}

/** The cache is kept for other times than the ones that can be asked for. */
const toCacheControl = (part: Fields): JsonObject | undefined => {
  const breakpoint = part.object('prompt_cache_breakpoint')
  if (!breakpoint) return undefined
  const ttl = breakpoint.take('ttl') === undefined ? '5m' : '1h'
  breakpoint.ignore('mode')
  breakpoint.dropRest()
  part.approximate('prompt_cache_breakpoint', ttl)
  return { type: 'ephemeral', ttl }
}
