import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { AnthropicTraits } from '../../traits/anthropic.ts'

const NAME = 'reasoning_effort'

/** What older models may think with, by effort. */
const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['minimal', 1_024],
  ['low', 1_024],
  ['medium', 4_096],
  ['high', 16_384],
  ['xhigh', 16_384],
  ['max', 16_384],
])

const BUDGET_MIN = 1_024

interface Thinker {
  readonly traits: AnthropicTraits
  /** Of thinking and answer together. */
  readonly limit: number
  /** A model with a budget to think cannot be made to call a tool. */
  readonly mustCall: boolean
}

interface Reasoning {
  readonly thinking?: JsonObject
  readonly effort?: string
}

export const toReasoning = (fields: Fields, thinker: Thinker): Reasoning => {
  const effort = fields.string(NAME)
  if (effort === undefined) return {}
  const { traits } = thinker
  if (effort === 'none') return traits.thinking === 'none' ? {} : { thinking: { type: 'disabled' } }
  switch (traits.thinking) {
    case 'effort':
      return withEffort(fields, effort)
    case 'budget':
      return withBudget(fields, effort, thinker)
    case 'none':
      fields.drop(NAME)
      return {}
  }
}

/** An effort that we do not know is for the provider to judge. */
const withEffort = (fields: Fields, effort: string): Reasoning => {
  if (effort !== 'minimal') return { effort }
  fields.approximate(NAME, 'low')
  return { effort: 'low' }
}

const withBudget = (fields: Fields, effort: string, { limit, mustCall }: Thinker): Reasoning => {
  const wanted = BUDGETS.get(effort)
  if (wanted === undefined) {
    fields.refuse(NAME, `must be one of none, ${[...BUDGETS.keys()].join(', ')} for this model`)
    return {}
  }
  const budget = mustCall ? undefined : budgetWithin(limit, wanted)
  if (budget === undefined) {
    fields.drop(NAME)
    return {}
  }
  fields.approximate(NAME, `a budget of ${budget} tokens`)
  return { thinking: { type: 'enabled', budget_tokens: budget } }
}

/** Below the limit; where that cuts it, half is left for the answer. Undefined where there is no room to think. */
const budgetWithin = (limit: number, wanted: number): number | undefined => {
  if (limit <= BUDGET_MIN) return undefined
  return wanted < limit ? wanted : Math.max(BUDGET_MIN, Math.floor(limit / 2))
}
