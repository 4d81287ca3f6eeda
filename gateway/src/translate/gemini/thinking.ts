import type { JsonObject } from '../json.ts'
import type { Fields } from '../reading/fields.ts'
import { type Thinking, thinkingOf } from '../traits/gemini.ts'

/** The words of OpenAI and of Anthropic for how much a model thinks, as far as Gemini has words for them. */
interface Step {
  readonly level: string
  readonly budget: number
  /** The model is told less, or more, than the word says. */
  readonly isCoarseAs: ReadonlySet<Thinking['kind']>
}

const NEVER: ReadonlySet<Thinking['kind']> = new Set()
const BOTH: ReadonlySet<Thinking['kind']> = new Set(['levels', 'budgets'])

const EFFORTS: ReadonlyMap<string, Step> = new Map([
  ['none', { level: 'MINIMAL', budget: 0, isCoarseAs: new Set(['levels']) }],
  ['minimal', { level: 'MINIMAL', budget: 1_024, isCoarseAs: new Set(['budgets']) }],
  ['low', { level: 'LOW', budget: 1_024, isCoarseAs: NEVER }],
  ['medium', { level: 'MEDIUM', budget: 8_192, isCoarseAs: NEVER }],
  ['high', { level: 'HIGH', budget: 24_576, isCoarseAs: NEVER }],
  ['xhigh', { level: 'HIGH', budget: 24_576, isCoarseAs: BOTH }],
  ['max', { level: 'HIGH', budget: 24_576, isCoarseAs: BOTH }],
])

/** The member of the request that says an effort, as a `thinkingConfig`. */
export const thinkingOfEffort = (fields: Fields, name: string, model: string): JsonObject | undefined => {
  const effort = fields.string(name)
  if (effort === undefined) return undefined
  const step = EFFORTS.get(effort)
  if (!step) {
    fields.refuse(name, `must be one of ${[...EFFORTS.keys()].join(', ')}, and is ${effort.slice(0, 40)}`)
    return undefined
  }
  const thinking = thinkingOf(model)
  if (thinking.kind === 'none') {
    if (effort !== 'none') fields.drop(name)
    return undefined
  }
  const isCoarse = step.isCoarseAs.has(thinking.kind)
  if (thinking.kind === 'levels') {
    if (isCoarse) fields.approximate(name, step.level)
    return { thinkingLevel: step.level }
  }
  const budget = Math.max(step.budget, thinking.budgetMin)
  if (isCoarse || budget !== step.budget) fields.approximate(name, `a budget of ${budget} tokens`)
  return { thinkingBudget: budget }
}
