import { type Effort, isEffort, thinkingOfEffort } from '../../gemini/thinking.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { shown } from '../../report.ts'
import { thinkingOf } from '../../traits/gemini.ts'

/** `thinking` and `output_config.effort` as one `thinkingConfig`. */
export const toThinkingConfig = (
  fields: Fields,
  output: Fields | undefined,
  model: string,
): JsonObject | undefined => {
  const effort = toEffort(output)
  const thinking = fields.object('thinking')
  const type = thinking?.string('type')
  if (thinkingOf(model).kind === 'none') {
    if (type !== 'disabled') fields.drop('thinking')
    output?.drop('effort')
    return undefined
  }
  const config = byType(thinking, type, { effort, output, model })
  thinking?.dropRest()
  return config
}

interface Asked {
  readonly effort: Effort | undefined
  readonly output: Fields | undefined
  readonly model: string
}

const byType = (
  thinking: Fields | undefined,
  type: string | undefined,
  asked: Asked,
): JsonObject | undefined => {
  if (!thinking) return ofEffort(asked)
  if (type === 'enabled') return ofBudget(thinking, asked)
  if (type === 'disabled') return ofNone(thinking, asked)
  if (type === 'between_tools') thinking.approximate('type', 'adaptive')
  else if (type !== 'adaptive') {
    thinking.refuse('type', `must be enabled, adaptive, between_tools or disabled, and is ${shown(type)}`)
  }
  return present({ ...(ofEffort(asked) ?? leftToTheModel(asked.model)), includeThoughts: isShown(thinking) })
}

const toEffort = (output: Fields | undefined): Effort | undefined => {
  const effort = output?.string('effort')
  if (effort === undefined || isEffort(effort)) return effort
  output?.refuse('effort', `must be low, medium, high, xhigh or max, and is ${shown(effort)}`)
  return undefined
}

const ofEffort = ({ effort, output, model }: Asked): JsonObject | undefined => {
  if (effort === undefined) return undefined
  const { config, saidAs } = thinkingOfEffort(effort, model)
  if (saidAs !== undefined) output?.approximate('effort', saidAs)
  return config
}

/** Gemini takes a budget or an effort, and not both. */
const ofBudget = (thinking: Fields, { output }: Asked): JsonObject => {
  const thinkingBudget = thinking.number('budget_tokens')
  if (thinkingBudget === undefined) thinking.refuse('budget_tokens', 'is required')
  output?.approximate('effort', `a budget of ${thinkingBudget} tokens`)
  return present({ thinkingBudget, includeThoughts: isShown(thinking) })
}

const ofNone = (thinking: Fields, { output, model }: Asked): JsonObject | undefined => {
  const { config, saidAs } = thinkingOfEffort('none', model)
  if (saidAs !== undefined) thinking.approximate('type', saidAs)
  output?.drop('effort')
  return config
}

/** With levels, that is what happens where none is given. */
const leftToTheModel = (model: string): JsonObject =>
  thinkingOf(model).kind === 'budgets' ? { thinkingBudget: -1 } : {}

const isShown = (thinking: Fields): boolean => thinking.string('display') !== 'omitted'
