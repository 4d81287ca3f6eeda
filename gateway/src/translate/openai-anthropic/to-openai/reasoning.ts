import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { OpenaiTraits } from '../../traits/openai.ts'

/** The most that each effort thinks with; beyond them it is `high`. */
const BUDGET_MAX_LOW = 2_048
const BUDGET_MAX_MEDIUM = 8_192

/** Both `thinking` and `output_config.effort` say how deep the model shall think. */
export const toReasoning = (fields: Fields, output: Fields | undefined, traits: OpenaiTraits): JsonObject => {
  if (traits.reasoning === 'none') return withoutReasoning(fields, output)
  const thinking = fields.object('thinking')
  const type = thinking?.string('type')
  const isOff = type === 'disabled'
  const effort = isOff ? undefined : (output?.take('effort') ?? effortOfBudget(thinking))
  if (isOff) output?.drop('effort')
  if (type === 'between_tools') thinking?.approximate('type', 'adaptive')
  if (thinking) loseDisplay(thinking, traits)
  thinking?.ignore('budget_tokens')
  thinking?.dropRest()
  if (traits.reasoning === 'switch') return withSwitch({ type, effort }, output)
  return { reasoning_effort: isOff ? 'none' : effort }
}

const withoutReasoning = (fields: Fields, output: Fields | undefined): JsonObject => {
  const thinking = fields.json('thinking')
  if (thinking?.type !== 'disabled') fields.drop('thinking')
  output?.drop('effort')
  return {}
}

/** What is thought is shown, or not, as the provider does it. */
const loseDisplay = (thinking: Fields, { showsReasoning }: OpenaiTraits): void => {
  if (thinking.take('display') === 'omitted') return
  if (showsReasoning) thinking.approximate('display', 'all that the provider shows')
  else thinking.drop('display')
}

const effortOfBudget = (thinking: Fields | undefined): string | undefined => {
  const budget = thinking?.number('budget_tokens')
  if (thinking === undefined || budget === undefined) return undefined
  const effort = effortWith(budget)
  thinking.approximate('budget_tokens', `the effort ${effort}`)
  return effort
}

const effortWith = (budget: number): string => {
  if (budget <= BUDGET_MAX_LOW) return 'low'
  return budget <= BUDGET_MAX_MEDIUM ? 'medium' : 'high'
}

const COARSE_EFFORTS: ReadonlyMap<unknown, string> = new Map([
  ['medium', 'high'],
  ['xhigh', 'max'],
])

interface Asked {
  readonly type: string | undefined
  readonly effort: unknown
}

/** DeepSeek thinks unless it is told not to, and has fewer efforts. */
const withSwitch = ({ type, effort }: Asked, output: Fields | undefined): JsonObject => {
  if (type === 'disabled') return { thinking: { type } }
  const coarse = COARSE_EFFORTS.get(effort)
  if (coarse) output?.approximate('effort', coarse)
  return {
    thinking: type === undefined ? undefined : { type: 'enabled' },
    reasoning_effort: coarse ?? effort,
  }
}
