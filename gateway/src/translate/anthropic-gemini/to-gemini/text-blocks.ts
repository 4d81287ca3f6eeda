import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'
import { approximateCaching } from './caching.ts'

/** A member that can be nothing but text: a string, or blocks of it. */
export const textOf = (fields: Fields, name: string): string => {
  const content = fields.take(name)
  if (content === undefined || typeof content === 'string') return content ?? ''
  return fields
    .objects(name)
    .map((block) => {
      const type = block.string('type')
      if (type !== 'text') block.refuse('type', `must be text here, and is ${shown(type)}`)
      approximateCaching(block)
      const text = block.requiredString('text')
      block.dropRest()
      return text
    })
    .filter((text) => text !== '')
    .join('\n\n')
}
