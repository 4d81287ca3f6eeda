import { firstUnknownKey, isObject, type Problem, shown, unknownField } from '../faults.ts'

/** One sampling parameter: what it takes, in the words of an error, and the check of it. */
interface OptionRule {
  readonly name: string
  readonly allowed: string
  readonly accepts: (value: unknown) => boolean
}

const between =
  (min: number, max: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= min && value <= max

const wholeFrom =
  (min: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min

const isString = (value: unknown): value is string => typeof value === 'string'
const isBoolean = (value: unknown): boolean => typeof value === 'boolean'

const oneOf =
  (words: readonly string[]) =>
  (value: unknown): boolean =>
    isString(value) && words.includes(value)

/** A number such as 1e999 is legal JSON and no number that could be passed on. */
const isSendable = (value: unknown): boolean => {
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isSendable)
  return isObject(value) ? Object.values(value).every(isSendable) : true
}

const isStop = (value: unknown): boolean =>
  isString(value) || (Array.isArray(value) && value.length >= 1 && value.length <= 4 && value.every(isString))

const isNamed = (value: unknown): boolean => isObject(value) && isString(value.name) && value.name !== ''

const isResponseFormat = (value: unknown): boolean => {
  if (!isObject(value) || !isSendable(value)) return false
  if (value.type === 'text' || value.type === 'json_object') return true
  return value.type === 'json_schema' && isNamed(value.json_schema)
}

const isFunctionRef = (value: unknown): boolean =>
  isObject(value) && value.type === 'function' && isNamed(value.function) && isSendable(value)

const isTools = (value: unknown): boolean =>
  Array.isArray(value) && value.length >= 1 && value.length <= 128 && value.every(isFunctionRef)

const isToolChoice = (value: unknown): boolean =>
  oneOf(['none', 'auto', 'required'])(value) || isFunctionRef(value)

const isLogitBias = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every(between(-100, 100))

const rule = (name: string, allowed: string, accepts: OptionRule['accepts']): OptionRule => ({
  name,
  allowed,
  accepts,
})

/**
 * Every option a request may have. The place in this list is a bit in the masks that are stored with
 * shards: rules are added at the end, never moved and never removed.
 */
const OPTION_RULES: readonly OptionRule[] = [
  rule('temperature', 'a number from 0 to 2', between(0, 2)),
  rule('top_p', 'a number from 0 to 1', between(0, 1)),
  rule('max_tokens', 'a whole number from 1 up', wholeFrom(1)),
  rule('max_completion_tokens', 'a whole number from 1 up', wholeFrom(1)),
  rule('stop', 'a string or a list of 1 to 4 strings', isStop),
  rule('presence_penalty', 'a number from -2 to 2', between(-2, 2)),
  rule('frequency_penalty', 'a number from -2 to 2', between(-2, 2)),
  rule('seed', 'a whole number', wholeFrom(Number.MIN_SAFE_INTEGER)),
  rule(
    'response_format',
    'an object whose "type" is "text", "json_object" or "json_schema" (then with a named "json_schema")',
    isResponseFormat,
  ),
  rule(
    'reasoning_effort',
    '"none", "minimal", "low", "medium", "high" or "xhigh"',
    oneOf(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']),
  ),
  rule('logit_bias', 'an object of numbers from -100 to 100', isLogitBias),
  rule('logprobs', 'true or false', isBoolean),
  rule(
    'top_logprobs',
    'a whole number from 0 to 20',
    (value) => wholeFrom(0)(value) && between(0, 20)(value),
  ),
  rule('user', 'a string', isString),
  rule('verbosity', '"low", "medium" or "high"', oneOf(['low', 'medium', 'high'])),
  rule('tools', 'a list of 1 to 128 objects {"type":"function","function":{"name",…}}', isTools),
  rule('tool_choice', '"none", "auto", "required" or {"type":"function","function":{"name"}}', isToolChoice),
  rule('parallel_tool_calls', 'true or false', isBoolean),
  rule('n', '1: a request has one answer', (value) => value === 1),
]

export const OPTION_NAMES: readonly string[] = OPTION_RULES.map((each) => each.name)
const BITS = new Map(OPTION_NAMES.map((name, place) => [name, 1 << place]))

/** Two names of one thing: a provider refuses both in one request, and one overrides the other. */
const ALIASES = [['max_tokens', 'max_completion_tokens']] as const
const ALIAS_MASKS = ALIASES.map((names) => names.reduce((mask, name) => mask | (BITS.get(name) ?? 0), 0))

export const optionBit = (name: string): number => BITS.get(name) ?? 0

/** A mask of options, with the other names of those in it. */
export const withAliases = (mask: number): number =>
  ALIAS_MASKS.reduce((all, alias) => ((mask & alias) === 0 ? all : all | alias), mask)

/**
 * Checks an `options` object. A member that is null counts as not given, as client libraries write it;
 * `"stream": false` asks for what happens anyway.
 */
export const optionsProblem = (options: unknown, path: string): Problem | undefined => {
  if (!isObject(options)) {
    return {
      code: 'invalid_type',
      message: `"${path}" must be an object, got ${shown(options)}`,
      field: path,
    }
  }
  if (options.stream != null && options.stream !== false) return streamed(`${path}.stream`)
  const unknown = firstUnknownKey(options, [...OPTION_NAMES, 'stream'])
  if (unknown !== undefined) return unknownField(`${path}.${unknown}`, OPTION_NAMES)
  for (const { name, allowed, accepts } of OPTION_RULES) {
    const value = options[name]
    if (value == null || accepts(value)) continue
    const field = `${path}.${name}`
    return { code: 'invalid_value', message: `"${field}" must be ${allowed}, got ${shown(value)}`, field }
  }
  return aliasProblem(options, path)
}

const streamed = (field: string): Problem => ({
  code: 'unsupported_option',
  message: `"${field}" cannot be used: a batch's answers are fetched when they are ready, none is streamed`,
  field,
})

const aliasProblem = (options: Record<string, unknown>, path: string): Problem | undefined => {
  for (const names of ALIASES) {
    const given = names.filter((name) => options[name] != null)
    if (given.length < 2) continue
    const message = `"${path}" gives both ${given.map((name) => `"${name}"`).join(' and ')}; give one of them`
    return { code: 'conflicting_fields', message, field: `${path}.${given[1]}` }
  }
  return undefined
}

/** The names of the options that a checked object really gives, in the order of the table. */
export const givenOptions = (options: Record<string, unknown>): string[] =>
  OPTION_NAMES.filter((name) => options[name] != null)

/** The options of both; where both name the same thing, that of `high`. */
export const mergeOptions = (
  low: Readonly<Record<string, unknown>>,
  high: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
  const taken = withAliases(givenOptions(high).reduce((mask, name) => mask | optionBit(name), 0))
  const kept = givenOptions(low).filter((name) => (taken & optionBit(name)) === 0)
  return Object.fromEntries([
    ...kept.map((name) => [name, low[name]] as const),
    ...givenOptions(high).map((name) => [name, high[name]] as const),
  ])
}

/** How many tokens an answer may have at most, where the options say. */
export const outputTokensMax = (options: Readonly<Record<string, unknown>>): number | undefined => {
  const max = options.max_completion_tokens ?? options.max_tokens
  return typeof max === 'number' ? max : undefined
}
