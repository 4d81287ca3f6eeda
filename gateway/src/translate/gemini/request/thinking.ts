import type { Fields } from '../../reading/fields.ts'

/** What a `thinkingConfig` asks for. */
export type ThinkingAsked =
  | { readonly kind: 'effort'; readonly effort: string }
  | { readonly kind: 'budget'; readonly tokens: number }
  /** It is left to the model. */
  | { readonly kind: 'free' }

const EFFORTS: ReadonlyMap<string, string> = new Map([
  ['MINIMAL', 'minimal'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
  ['XHIGH', 'xhigh'],
])

export const readThinking = (thinking: Fields): ThinkingAsked => {
  const level = thinking.string('thinkingLevel')
  const tokens = thinking.number('thinkingBudget')
  if (level === undefined) return tokens === undefined || tokens < 0 ? FREE : { kind: 'budget', tokens }
  const effort = EFFORTS.get(level)
  if (effort !== undefined) return { kind: 'effort', effort }
  thinking.drop('thinkingLevel')
  return FREE
}

const FREE: ThinkingAsked = { kind: 'free' }

/** A budget between two efforts is the one above it. */
export const effortOfBudget = (thinking: Fields, tokens: number): string => {
  const exact = BUDGETS.get(tokens)
  if (exact !== undefined) return exact
  const effort = tokens < 1_024 ? 'low' : tokens < 8_192 ? 'medium' : 'high'
  thinking.approximate('thinkingBudget', effort)
  return effort
}

const BUDGETS: ReadonlyMap<number, string> = new Map([
  [0, 'none'],
  [1_024, 'low'],
  [8_192, 'medium'],
  [24_576, 'high'],
])
