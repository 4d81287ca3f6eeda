import type { CallerHeaders } from '../../provider/protocol.ts'

/** What a model of Anthropic's takes, by its name and the version of the API. */
export interface AnthropicTraits {
  /** `temperature`, `top_p` and `top_k` may have other values than their defaults. */
  readonly takesSampling: boolean
  /** How it is told to think: not at all, by a budget of tokens, or by an effort. */
  readonly thinking: 'none' | 'budget' | 'effort'
  /** Messages of the role `system` may stand between the turns. */
  readonly takesSystemTurns: boolean
}

/** From here on there is no sampling, and the role `system` has its place among the messages. */
const VERSION_OF_OCTOBER_2026 = '2026-10-21'

const FIRST_THINKING = 307
const LAST_WITH_BUDGET = 405
const LAST_WITH_SAMPLING = 406
const NEWEST = Number.POSITIVE_INFINITY

export const anthropicTraits = (model: string, headers: CallerHeaders): AnthropicTraits => {
  const generation = generationOf(model)
  const isCurrent = (headers['anthropic-version'] ?? '') >= VERSION_OF_OCTOBER_2026
  return {
    takesSampling: generation <= LAST_WITH_SAMPLING && !isCurrent,
    thinking: thinkingOf(generation),
    takesSystemTurns: isCurrent,
  }
}

const thinkingOf = (generation: number): AnthropicTraits['thinking'] => {
  if (generation < FIRST_THINKING) return 'none'
  return generation <= LAST_WITH_BUDGET ? 'budget' : 'effort'
}

/**
 * 405 for `claude-haiku-4-5`, 400 for `claude-sonnet-4-20250514`, 305 for `claude-3-5-sonnet-latest`. A name that
 * tells none is taken for a newer model than we know.
 */
const generationOf = (model: string): number => {
  const found = /claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2})(?!\d))?/.exec(model)
  return found ? Number(found[1]) * 100 + Number(found[2] ?? 0) : NEWEST
}
