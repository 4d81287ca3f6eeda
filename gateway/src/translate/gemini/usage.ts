import { isObject } from '../json.ts'

export interface Tokens {
  /** All input, cached tokens included. */
  readonly input: number
  readonly cached: number
  /** All output, thoughts included. */
  readonly output: number
  readonly thoughts: number
}

/** Counters that are missing are zero: the format leaves zeros out. */
export const readTokens = (usageMetadata: unknown): Tokens | undefined => {
  if (!isObject(usageMetadata)) return undefined
  const count = (name: string): number => {
    const value = usageMetadata[name]
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
  }
  const thoughts = count('thoughtsTokenCount')
  return {
    input: count('promptTokenCount') + count('toolUsePromptTokenCount'),
    cached: count('cachedContentTokenCount'),
    output: count('candidatesTokenCount') + thoughts,
    thoughts,
  }
}
