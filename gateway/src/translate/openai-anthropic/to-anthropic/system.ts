import type { JsonObject } from '../../json.ts'

/** What one message of the system says: a text, or text blocks where it came in parts. */
export type Said = string | readonly JsonObject[]

const BLANK_LINE = '\n\n'

/** Texts become paragraphs of one; where some came in parts, all are blocks. */
export const toSystem = (
  said: readonly Said[],
  instruction: string | undefined,
): string | readonly JsonObject[] | undefined => {
  const all = instruction === undefined ? said : [...said, instruction]
  if (all.length === 0) return undefined
  const texts = all.filter((each) => typeof each === 'string')
  if (texts.length === all.length) return texts.join(BLANK_LINE)
  return all.flatMap((each) => (typeof each === 'string' ? [{ type: 'text', text: each }] : each))
}
