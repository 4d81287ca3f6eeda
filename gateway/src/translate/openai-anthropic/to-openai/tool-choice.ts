import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { OpenaiTraits } from '../../traits/openai.ts'

/** `disable_parallel_tool_use` lies within it in Anthropic's format, and beside it in OpenAI's. */
export const toToolChoice = (fields: Fields, { callsOneToolOnly }: OpenaiTraits): JsonObject => {
  const choice = fields.object('tool_choice')
  if (!choice) return {}
  const translated = {
    tool_choice: chosen(choice),
    parallel_tool_calls: callsOneToolOnly && isOneAtATime(choice) ? false : undefined,
  }
  if (!callsOneToolOnly && isOneAtATime(choice)) choice.drop('disable_parallel_tool_use')
  choice.dropRest()
  return translated
}

const isOneAtATime = (choice: Fields): boolean => choice.boolean('disable_parallel_tool_use') === true

const chosen = (choice: Fields): unknown => {
  const type = choice.take('type')
  switch (type) {
    case 'auto':
    case 'none':
      return type
    case 'any':
      return 'required'
    case 'tool':
      return { type: 'function', function: { name: choice.requiredString('name') } }
    default:
      choice.refuse('type', 'must be auto, any, none or tool')
      return undefined
  }
}
