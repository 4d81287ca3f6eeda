import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { OpenaiTraits } from '../../traits/openai.ts'

/** Both `thinking` and `output_config.effort` say how deep the model shall think. */
export const toReasoning = (fields: Fields, output: Fields | undefined, traits: OpenaiTraits): JsonObject => {
  if (traits.reasoning === 'none') return withoutReasoning(fields, output)
  const thinking = fields.object('thinking')
  const type = thinking && typeOf(thinking)
  const isOff = type === 'disabled'
  const effort = isOff ? undefined : effortOf(thinking, output, traits)
  if (isOff) output?.drop('effort')
  if (thinking) loseDisplay(thinking, traits)
  thinking?.dropRest()
  // DeepSeek thinks unless it is told not to.
  if (traits.reasoning === 'switch') return { thinking: toSwitch(type), reasoning_effort: effort }
  return { reasoning_effort: isOff ? 'none' : effort }
}

const withoutReasoning = (fields: Fields, output: Fields | undefined): JsonObject => {
  const thinking = fields.json('thinking')
  if (thinking?.type !== 'disabled') fields.drop('thinking')
  output?.drop('effort')
  return {}
}

const TYPES: ReadonlySet<unknown> = new Set(['enabled', 'adaptive', 'between_tools', 'disabled'])

const typeOf = (thinking: Fields): unknown => {
  const type = thinking.take('type')
  if (!TYPES.has(type)) thinking.refuse('type', `must be one of ${[...TYPES].join(', ')}`)
  if (type === 'between_tools') thinking.approximate('type', 'adaptive')
  return type
}

const toSwitch = (type: unknown): JsonObject | undefined => {
  if (type === undefined) return undefined
  return { type: type === 'disabled' ? 'disabled' : 'enabled' }
}

/** DeepSeek has fewer of them. */
const COARSE_EFFORTS: ReadonlyMap<unknown, string> = new Map([
  ['medium', 'high'],
  ['xhigh', 'max'],
])

/** The effort that was asked for, before the one that comes nearest to the budget. */
const effortOf = (
  thinking: Fields | undefined,
  output: Fields | undefined,
  { reasoning }: OpenaiTraits,
): unknown => {
  const asked = output?.take('effort')
  const wanted = asked ?? effortWith(thinking?.number('budget_tokens'))
  const effort = reasoning === 'switch' ? (COARSE_EFFORTS.get(wanted) ?? wanted) : wanted
  if (effort !== asked) output?.approximate('effort', String(effort))
  thinking?.approximate('budget_tokens', `the effort ${effort}`)
  return effort
}

/** The most that each effort thinks with; beyond them it is `high`. */
const BUDGET_MAX_LOW = 2_048
const BUDGET_MAX_MEDIUM = 8_192

const effortWith = (budget: number | undefined): string | undefined => {
  if (budget === undefined) return undefined
  if (budget <= BUDGET_MAX_LOW) return 'low'
  return budget <= BUDGET_MAX_MEDIUM ? 'medium' : 'high'
}

/** What is thought is shown, or not, as the provider does it. */
const loseDisplay = (thinking: Fields, { showsReasoning }: OpenaiTraits): void => {
  if (thinking.take('display') === 'omitted') return
  if (showsReasoning) thinking.approximate('display', 'all that the provider shows')
  else thinking.drop('display')
}
