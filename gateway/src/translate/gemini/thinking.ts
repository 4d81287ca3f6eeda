import type { JsonObject } from '../json.ts'
import { thinkingOf } from '../traits/gemini.ts'

/** What an effort comes to at one model. */
export interface ThinkingOfEffort {
  /** The `thinkingConfig`; undefined where the model does not think. */
  readonly config: JsonObject | undefined
  /** How it is said, where that is more or less than the effort says. */
  readonly saidAs: string | undefined
}

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

export type Effort = (typeof EFFORTS)[number]

export const isEffort = (value: string): value is Effort => EFFORTS.some((effort) => effort === value)

interface Step {
  readonly level: string
  readonly budget: number
}

const STEPS: Readonly<Record<Effort, Step>> = {
  none: { level: 'MINIMAL', budget: 0 },
  minimal: { level: 'MINIMAL', budget: 1_024 },
  low: { level: 'LOW', budget: 1_024 },
  medium: { level: 'MEDIUM', budget: 8_192 },
  high: { level: 'HIGH', budget: 24_576 },
  xhigh: { level: 'HIGH', budget: 24_576 },
  max: { level: 'HIGH', budget: 24_576 },
}

/** Where one word of Gemini's stands for two efforts, these are the ones that it does not quite mean. */
const COARSE_AS_LEVEL: ReadonlySet<Effort> = new Set(['none', 'xhigh', 'max'])
const COARSE_AS_BUDGET: ReadonlySet<Effort> = new Set(['minimal', 'xhigh', 'max'])

export const thinkingOfEffort = (effort: Effort, model: string): ThinkingOfEffort => {
  const thinking = thinkingOf(model)
  const { level, budget } = STEPS[effort]
  if (thinking.kind === 'none') return { config: undefined, saidAs: undefined }
  if (thinking.kind === 'levels') {
    return { config: { thinkingLevel: level }, saidAs: COARSE_AS_LEVEL.has(effort) ? level : undefined }
  }
  const thinkingBudget = Math.max(budget, thinking.budgetMin)
  const isCoarse = COARSE_AS_BUDGET.has(effort) || thinkingBudget !== budget
  return { config: { thinkingBudget }, saidAs: isCoarse ? `a budget of ${thinkingBudget} tokens` : undefined }
}
