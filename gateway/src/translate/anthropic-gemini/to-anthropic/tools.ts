import {
  type AskedChoice,
  type AskedFunction,
  type ChoiceMode,
  readChoice,
  readFunctions,
} from '../../gemini/request/functions.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'

/** Tools, and which of them may be used. Of more than one that are allowed, the others are not sent. */
export const toToolMembers = (fields: Fields): JsonObject => {
  const functions = readFunctions(fields)
  const choice = readChoice(fields)
  const { allowed } = choice ?? {}
  const sent = allowed ? functions.filter(({ name }) => allowed.includes(name)) : functions
  const isOne = choice?.mode === 'ANY' && allowed?.length === 1
  if (allowed && !isOne) {
    const field = 'toolConfig.functionCallingConfig.allowedFunctionNames'
    fields.report.changed(field, 'approximated', { from: allowed, to: 'the tools that are sent' })
  }
  const tools = (isOne ? functions : sent).map(toTool)
  return {
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: choice && toChoice(choice),
  }
}

const toTool = ({ name, description, parameters }: AskedFunction): JsonObject =>
  present({ name, description, input_schema: parameters ?? { type: 'object' } })

const CHOICES: Readonly<Record<ChoiceMode, string>> = {
  AUTO: 'auto',
  VALIDATED: 'auto',
  ANY: 'any',
  NONE: 'none',
}

const toChoice = ({ mode, allowed = [] }: AskedChoice): JsonObject =>
  mode === 'ANY' && allowed.length === 1 ? { type: 'tool', name: allowed[0] } : { type: CHOICES[mode] }
