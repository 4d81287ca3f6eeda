import type { Fields } from '../../reading/fields.ts'
import { textOf } from './text-blocks.ts'

/** Gemini has no such block: what it holds is said in words. */
export const toSearchResultText = (block: Fields): string => {
  block.approximate('type', 'text')
  if (block.take('citations') !== undefined) block.drop('citations')
  return [block.requiredString('title'), block.requiredString('source'), textOf(block, 'content')].join('\n')
}
