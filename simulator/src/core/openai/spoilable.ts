import type { Spoilable } from '../call.ts'

const withText = (text: string): Spoilable => ({ text, usage: 'usage' })

/** By the name that a text has in an answer. */
export const spoilable = {
  content: withText('content'),
  text: withText('text'),
  delta: withText('delta'),
  model: withText('model'),
}
