import type { ProviderError } from '../../provider-error.ts'
import { isError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { invalidArgument } from '../errors.ts'
import { recordIn, recordsIn, textIn, textsIn } from '../proto/narrow.ts'

/** A function that the model may call. */
export interface Declared {
  readonly name: string
  readonly parameters: unknown
}

export interface Functions {
  readonly declared: readonly Declared[]
  /** Models of this double call a function only where they must: those that are named, else the first. */
  readonly called: readonly Declared[]
}

export const readFunctions = ({ tools, toolConfig }: Body, at: string): Functions | ProviderError => {
  const declared = readDeclared(recordsIn(tools), at)
  if (isError(declared)) return declared
  const config = recordIn(recordIn(toolConfig).functionCallingConfig)
  const allowed = textsIn(config.allowedFunctionNames)
  const forces = config.mode === 'ANY'
  if (allowed.length > 0 && !forces && config.mode !== 'VALIDATED') {
    return invalidArgument(
      'Function calling config: allowed_function_names should only be set when mode is ANY or VALIDATED.',
    )
  }
  if (forces && declared.length === 0) {
    return invalidArgument('Function calling config is set without function_declarations.')
  }
  const chosen = declared.filter(({ name }) => allowed.includes(name))
  if (chosen.length < allowed.length) {
    return invalidArgument(
      "Function calling config's allowed function names contains a name that is not in function_declarations.",
    )
  }
  if (!forces) return { declared, called: [] }
  return { declared, called: allowed.length > 0 ? chosen : declared.slice(0, 1) }
}

const functionName = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/

const readDeclared = (tools: readonly Body[], at: string): readonly Declared[] | ProviderError => {
  const declared: Declared[] = []
  for (const [tool, { functionDeclarations }] of tools.entries()) {
    for (const [index, declaration] of recordsIn(functionDeclarations).entries()) {
      const where = `${at}.tools[${tool}].function_declarations[${index}]`
      const name = textIn(declaration.name)
      if (!functionName.test(name)) return invalidArgument(`* ${where}.name: ${wrongName}\n`)
      if (declared.some((other) => other.name === name)) {
        return invalidArgument(`Duplicate function declaration found: ${name}`)
      }
      const { parameters, parametersJsonSchema } = declaration
      if (parameters !== undefined && parametersJsonSchema !== undefined) {
        return invalidArgument(`* ${where}: only one of parameters and parameters_json_schema may be set\n`)
      }
      declared.push({ name, parameters: parameters ?? parametersJsonSchema })
    }
  }
  return declared
}

const wrongName =
  '[FIELD_INVALID] Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.'
