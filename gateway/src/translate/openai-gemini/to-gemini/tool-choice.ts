import { isObject, type JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { shown } from '../../report.ts'

/** Calls are held to the schemas of their functions where `VALIDATED` or `ANY`, and not where `AUTO`. */
export const toToolConfig = (
  fields: Fields,
  order: { readonly isStrict: boolean },
): JsonObject | undefined => {
  const choice = fields.take('tool_choice')
  const config = isObject(choice) ? toNamed(fields) : toMode(fields, choice, order.isStrict)
  return config && { functionCallingConfig: config }
}

const toMode = (fields: Fields, choice: unknown, isStrict: boolean): JsonObject | undefined => {
  if (choice === undefined) return isStrict ? { mode: 'VALIDATED' } : undefined
  if (choice === 'auto') return { mode: isStrict ? 'VALIDATED' : 'AUTO' }
  if (choice === 'none') return { mode: 'NONE' }
  if (choice === 'required') return { mode: 'ANY' }
  fields.refuse('tool_choice', `must be auto, none, required or an object, and is ${shown(choice)}`)
  return undefined
}

const toNamed = (fields: Fields): JsonObject | undefined => {
  const choice = fields.object('tool_choice')
  if (!choice) return undefined
  const type = choice.string('type')
  const config = type === 'allowed_tools' ? toAllowed(choice) : toOne(choice, type)
  choice.dropRest()
  return config
}

const toOne = (choice: Fields, type: string | undefined): JsonObject | undefined => {
  const name = toName(choice, type)
  return name === undefined ? undefined : { mode: 'ANY', allowedFunctionNames: [name] }
}

/** With the mode `auto` the model may also answer in words, for which `AUTO` would take no list of names. */
const toAllowed = (choice: Fields): JsonObject | undefined => {
  const allowed = choice.object('allowed_tools')
  if (!allowed) {
    choice.refuse('allowed_tools', 'is required')
    return undefined
  }
  const mode = allowed.string('mode')
  if (mode !== 'auto' && mode !== 'required') {
    allowed.refuse('mode', `must be auto or required, and is ${shown(mode)}`)
  }
  const names = allowed.objects('tools').map((tool) => {
    const name = toName(tool, tool.string('type'))
    tool.dropRest()
    return name
  })
  allowed.dropRest()
  return present({ mode: mode === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: names })
}

const toName = (choice: Fields, type: string | undefined): string | undefined => {
  const fields = type === 'function' ? choice.object('function') : undefined
  if (!fields) {
    choice.refuse('type', `must be function, with a member function; and is ${shown(type)}`)
    return undefined
  }
  const name = fields.requiredString('name')
  fields.dropRest()
  return name
}
