import { isError, type ProviderError } from '../provider-error.ts'
import { type Body, isRecord } from '../record.ts'
import { valueFor } from '../schema-value.ts'
import { invalidRequest } from './errors.ts'
import { required, wrong } from './fields.ts'

/** A tool that the caller runs, and what it is called with. */
export interface Tool {
  readonly name: string
  readonly schema: Body
}

export interface Tools {
  readonly list: readonly Tool[]
  /** The one that the model has to call. */
  readonly forced: Tool | undefined
}

/** Models of this double call a tool only where they must. */
export const readTools = ({ tools, tool_choice: choice }: Body): Tools | ProviderError => {
  const list = toolList(tools)
  if (isError(list)) return list
  if (choice === undefined) return { list, forced: undefined }
  if (!isRecord(choice)) return wrong('tool_choice', 'Input should be a valid dictionary')
  if (list.length === 0 && choice.type !== 'none')
    return invalidRequest('tool_choice may only be specified while providing tools')
  return chosen(list, choice)
}

const chosen = (list: readonly Tool[], choice: Body): Tools | ProviderError => {
  switch (choice.type) {
    case 'auto':
    case 'none':
      return { list, forced: undefined }
    case 'any':
      return { list, forced: list[0] }
    case 'tool': {
      const forced = list.find(({ name }) => name === choice.name)
      return forced === undefined
        ? invalidRequest(`Tool '${String(choice.name)}' not found in provided tools`)
        : { list, forced }
    }
    default:
      return wrong('tool_choice.type', "Input should be 'auto', 'any', 'tool' or 'none'")
  }
}

const toolName = /^[a-zA-Z0-9_-]{1,128}$/

const toolList = (tools: unknown): readonly Tool[] | ProviderError => {
  if (tools === undefined) return []
  if (!Array.isArray(tools)) return wrong('tools', 'Input should be a valid list')
  const list: Tool[] = []
  for (const [number, tool] of tools.entries()) {
    const at = `tools.${number}`
    if (!isRecord(tool)) return wrong(at, 'Input should be a valid dictionary')
    if (tool.name === undefined) return required(`${at}.custom.name`)
    if (typeof tool.name !== 'string' || !toolName.test(tool.name))
      return wrong(`${at}.custom.name`, `String should match pattern '${toolName.source}'`)
    // Tools that Anthropic runs have a type, and their own way to be called.
    if (tool.type !== undefined && tool.type !== 'custom') continue
    const { input_schema: schema } = tool
    if (schema === undefined) return required(`${at}.custom.input_schema`)
    if (!isRecord(schema) || schema.type !== 'object')
      return wrong(`${at}.custom.input_schema.type`, "Input should be 'object'")
    list.push({ name: tool.name, schema })
  }
  return list
}

/** An input that fits the schema as far as its types tell, with the text wherever one is asked for. */
export const inputOf = ({ schema }: Tool, text: string): Body => {
  const value = valueFor(schema, text)
  return isRecord(value) && Object.keys(value).length > 0 ? value : { answer: text }
}
