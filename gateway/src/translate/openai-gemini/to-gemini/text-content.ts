import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'

/** A content that can be nothing but text: a string, or parts of it. */
export const textOf = (message: Fields): string => {
  const content = message.take('content')
  if (content === undefined || typeof content === 'string') return content ?? ''
  return message
    .objects('content')
    .map((part) => {
      const type = part.string('type')
      if (type !== 'text') part.refuse('type', `must be text here, and is ${shown(type)}`)
      const text = part.requiredString('text')
      part.dropRest()
      return text
    })
    .join('')
}
