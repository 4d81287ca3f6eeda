import type { ProviderError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { invalidArgument } from '../errors.ts'
import { numberIn, textIn } from '../proto/narrow.ts'
import { alwaysThinks, isThirdGeneration, thinksByDefault } from '../traits.ts'

export interface Thinking {
  /** At most so many tokens; 0 where it does not think at all. */
  readonly tokensMax: number
  /** How much more than a little it thinks. */
  readonly depth: number
  /** Its thoughts are told, and not only counted. */
  readonly isShown: boolean
}

const depths: Readonly<Record<string, number>> = { MINIMAL: 0, LOW: 1, MEDIUM: 2, HIGH: 4 }

export const readThinking = (config: Body, model: string): Thinking | ProviderError => {
  const { thinkingBudget: budget, thinkingLevel: level, includeThoughts } = config
  if (budget !== undefined && level !== undefined) {
    return invalidArgument('You can only set only one of thinking budget and thinking level.')
  }
  if (level !== undefined && !isThirdGeneration(model)) {
    return invalidArgument('Thinking level is not supported for this model.')
  }
  const wrong = wrongBudget(numberIn(budget), model)
  if (wrong) return wrong
  const isShown = includeThoughts === true
  if (level !== undefined) {
    const depth = depths[textIn(level)] ?? 1
    return { tokensMax: depth === 0 ? 0 : budgets(model).max, depth, isShown }
  }
  return { tokensMax: tokensMax(numberIn(budget), model), depth: 1, isShown }
}

/** -1 is as much as the model finds right, which is also what those do that think anyway. */
const tokensMax = (budget: number | undefined, model: string): number => {
  if (budget === undefined) return thinksByDefault(model) ? budgets(model).max : 0
  return budget < 0 ? budgets(model).max : budget
}

const budgets = (model: string): { min: number; max: number } =>
  alwaysThinks(model) ? { min: 128, max: 32_768 } : { min: 0, max: 24_576 }

const wrongBudget = (budget: number | undefined, model: string): ProviderError | undefined => {
  const { min, max } = budgets(model)
  if (budget === undefined || budget === -1 || (budget >= min && budget <= max)) return undefined
  return invalidArgument(
    budget === 0
      ? 'Budget 0 is invalid. This model only works in thinking mode.'
      : `The thinking budget ${budget} is invalid. Please choose a value between ${min} and ${max}.`,
  )
}
