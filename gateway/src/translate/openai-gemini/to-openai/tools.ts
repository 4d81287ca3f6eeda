import { type AskedFunction, type ChoiceMode, readChoice } from '../../gemini/request/functions.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'

export const toTool = ({ name, description, parameters }: AskedFunction): JsonObject => ({
  type: 'function',
  function: present({ name, description, parameters }),
})

const CHOICES: Readonly<Record<ChoiceMode, string>> = {
  AUTO: 'auto',
  // Whether calls keep to their schemas is said of each function there.
  VALIDATED: 'auto',
  ANY: 'required',
  NONE: 'none',
}

export const toToolChoice = (fields: Fields): unknown => {
  const choice = readChoice(fields)
  if (!choice) return undefined
  const { mode, allowed } = choice
  const [first, ...more] = allowed ?? []
  if (first === undefined || mode === 'NONE') return CHOICES[mode]
  if (mode === 'ANY' && more.length === 0) return named(first)
  const tools = [first, ...more].map(named)
  return { type: 'allowed_tools', allowed_tools: { mode: CHOICES[mode], tools } }
}

const named = (name: string): JsonObject => ({ type: 'function', function: { name } })
