import type { JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'
import type { AnthropicTraits } from '../../traits/anthropic.ts'

const FIELD = 'reasoning_effort'

/** What older models may think with, by effort. */
const BUDGETS: ReadonlyMap<unknown, number> = new Map([
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
  /** Of thinking and answer together, as it will be sent. */
  readonly limit: unknown
}

interface Reasoning {
  readonly thinking?: JsonObject
  readonly effort?: unknown
}

export const reasoningToAnthropic = (effort: unknown, thinker: Thinker, report: Report): Reasoning => {
  if (!isGiven(effort)) return {}
  const { thinking } = thinker.traits
  if (effort === 'none') return thinking === 'none' ? {} : { thinking: { type: 'disabled' } }
  if (thinking === 'none') {
    report.dropped(FIELD, effort)
    return {}
  }
  return thinking === 'budget' ? withBudget(effort, thinker.limit, report) : withEffort(effort, report)
}

/** An effort that we do not know is for the provider to judge. */
const withEffort = (effort: unknown, report: Report): Reasoning => {
  if (effort !== 'minimal') return { effort }
  report.changed(FIELD, 'approximated', { from: effort, to: 'low' })
  return { effort: 'low' }
}

const withBudget = (effort: unknown, limit: unknown, report: Report): Reasoning => {
  const wanted = BUDGETS.get(effort)
  if (wanted === undefined) {
    report.refuse(FIELD, `must be one of none, ${[...BUDGETS.keys()].join(', ')} for this model.`)
    return {}
  }
  const budget = typeof limit === 'number' ? budgetWithin(limit, wanted) : wanted
  if (budget === undefined) {
    report.dropped(FIELD, effort)
    return {}
  }
  report.changed(FIELD, 'approximated', { from: effort, to: `a budget of ${budget} tokens` })
  return { thinking: { type: 'enabled', budget_tokens: budget } }
}

/** Below the limit; where that cuts it, half is left for the answer. Undefined where there is no room to think. */
const budgetWithin = (limit: number, wanted: number): number | undefined => {
  if (limit <= BUDGET_MIN) return undefined
  return wanted < limit ? wanted : Math.max(BUDGET_MIN, Math.floor(limit / 2))
}
