import type { Fault, SimulatorOptions } from './options.ts'
import { faultKinds } from './options.ts'

/** Says what is wrong with a value, or nothing. */
type Check = (value: unknown, where: string, problems: string[]) => void
type Fields = Readonly<Record<string, Check>>

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const numberFrom =
  (min: number, max: number, whole: boolean): Check =>
  (value, where, problems) => {
    const good =
      typeof value === 'number' && value >= min && value <= max && (!whole || Number.isSafeInteger(value))
    if (good) return
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`
    problems.push(`${where}: ${shown(value)} is not a ${whole ? 'whole number' : 'number'} ${range}`)
  }

const count = numberFrom(1, Number.MAX_SAFE_INTEGER, true)
const countOrNone = numberFrom(0, Number.MAX_SAFE_INTEGER, true)
const milliseconds = numberFrom(0, Number.MAX_SAFE_INTEGER, false)
const rate = numberFrom(0, 1, false)

const text: Check = (value, where, problems) => {
  if (typeof value !== 'string' || value === '') problems.push(`${where}: ${shown(value)} is not a text`)
}

const flag: Check = (value, where, problems) => {
  if (typeof value !== 'boolean') problems.push(`${where}: ${shown(value)} is neither true nor false`)
}

const kind: Check = (value, where, problems) => {
  if (typeof value === 'string' && Object.hasOwn(faultKinds, value)) return
  problems.push(
    `${where}: ${shown(value)} is not a kind of fault; there are ${Object.keys(faultKinds).join(', ')}`,
  )
}

const listOf =
  (check: Check): Check =>
  (value, where, problems) => {
    if (!Array.isArray(value)) {
      problems.push(`${where}: ${shown(value)} is not a list`)
      return
    }
    for (const [at, element] of value.entries()) check(element, `${where}[${at}]`, problems)
  }

const countOrCounts: Check = (value, where, problems) =>
  (Array.isArray(value) ? listOf(count) : count)(value, where, problems)

const objectWith =
  (fields: Fields, required: readonly string[] = []): Check =>
  (value, where, problems) => {
    const at = (field: string) => (where === '' ? field : `${where}.${field}`)
    if (!isRecord(value)) {
      problems.push(`${where || 'options'}: ${shown(value)} is not an object`)
      return
    }
    for (const [field, element] of Object.entries(value)) {
      const check = Object.hasOwn(fields, field) ? fields[field] : undefined
      if (check) check(element, at(field), problems)
      else problems.push(`${at(field)}: unknown field; known are ${Object.keys(fields).join(', ')}`)
    }
    for (const field of required) {
      if (!Object.hasOwn(value, field)) problems.push(`${at(field)}: missing`)
    }
  }

const mapOf =
  (check: Check): Check =>
  (value, where, problems) => {
    if (!isRecord(value)) problems.push(`${where}: ${shown(value)} is not an object`)
    else for (const [key, element] of Object.entries(value)) check(element, `${where}.${key}`, problems)
  }

const model = objectWith({
  firstByteMs: milliseconds,
  firstByteSpreadMs: milliseconds,
  tokenMs: milliseconds,
  answerTokens: count,
  answerTokensSpread: countOrNone,
  requestsPerMinute: count,
  tokensPerMinute: count,
  inputTokensPerMinute: count,
  outputTokensPerMinute: count,
  concurrencyMax: count,
  contextTokens: count,
  keepAliveMs: count,
  refusalRate: rate,
  contentFilterRate: rate,
})

const faults = listOf(
  objectWith(
    {
      kind,
      model: text,
      key: text,
      contains: text,
      fromMs: milliseconds,
      toMs: milliseconds,
      firstCalls: count,
      rate,
      nth: countOrCounts,
      every: count,
      retryAfterSeconds: countOrNone,
      delayMs: milliseconds,
      bodyDelayMs: milliseconds,
      afterEvents: countOrNone,
      bytes: count,
    },
    ['kind'],
  ),
)

const options = objectWith({
  seed: numberFrom(0, 0xffff_ffff, true),
  pretty: flag,
  keys: listOf(text),
  anyModel: flag,
  models: mapOf(model),
  defaults: model,
  faults,
  tapeRowsMax: countOrNone,
})

export type Checked<T> = { readonly value: T } | { readonly problems: readonly string[] }

/** A file or a control call says either the options as an object, or just the list of faults. */
export const checkOptions = (value: unknown): Checked<SimulatorOptions> => {
  const problems: string[] = []
  const object = Array.isArray(value) ? { faults: value } : value
  options(object, '', problems)
  return problems.length > 0 ? { problems } : { value: object as SimulatorOptions }
}

/** Takes `[…]` and `{"faults": […]}`. */
export const checkFaults = (value: unknown): Checked<readonly Fault[]> => {
  const problems: string[] = []
  const list = isRecord(value) && Object.keys(value).join() === 'faults' ? value.faults : value
  faults(list, 'faults', problems)
  return problems.length > 0 ? { problems } : { value: list as readonly Fault[] }
}
