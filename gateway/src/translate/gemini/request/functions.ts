import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'
import { toJsonSchema } from './json-schema.ts'

export interface AskedFunction {
  readonly name: string
  readonly description: string | undefined
  readonly parameters: JsonObject | undefined
}

/** Tools that are Gemini's own (its search, its code) are reported as dropped. */
export const readFunctions = (fields: Fields): readonly AskedFunction[] =>
  fields.objects('tools').flatMap((tool) => {
    const functions = tool.objects('functionDeclarations').map((each) => {
      const name = each.requiredString('name')
      const description = each.string('description')
      const parameters = each.json('parametersJsonSchema') ?? readOwnSchema(each, 'parameters')
      each.dropRest()
      return { name, description, parameters }
    })
    // Without a member of its own a tool is on or off: what it is called is what is lost.
    for (const name of ['googleSearch', 'codeExecution', 'urlContext']) {
      if (tool.take(name) !== undefined) tool.report.dropped(tool.at(name), name)
    }
    tool.dropRest()
    return functions
  })

export const readOwnSchema = (fields: Fields, name: string): JsonObject | undefined => {
  const schema = fields.object(name)
  return schema && toJsonSchema(schema)
}

export type ChoiceMode = 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED'

export interface AskedChoice {
  readonly mode: ChoiceMode
  readonly allowed: readonly string[] | undefined
}

export const readChoice = (fields: Fields): AskedChoice | undefined => {
  const toolConfig = fields.object('toolConfig')
  const config = toolConfig?.object('functionCallingConfig')
  toolConfig?.dropRest()
  if (!config) return undefined
  const mode = config.string('mode') ?? 'AUTO'
  const allowed = config.strings('allowedFunctionNames')
  config.dropRest()
  if (isMode(mode)) return { mode, allowed: allowed?.length ? allowed : undefined }
  config.refuse('mode', `must be AUTO, ANY, NONE or VALIDATED, and is ${shown(mode)}`)
  return undefined
}

const MODES: readonly ChoiceMode[] = ['AUTO', 'ANY', 'NONE', 'VALIDATED']

const isMode = (mode: string): mode is ChoiceMode => MODES.some((each) => each === mode)
