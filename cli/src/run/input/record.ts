/** One record of the input, as it will be sent. */
interface RunRecord {
  /** Undefined where the record names none: then its line does. */
  readonly id: string | undefined
  readonly prompt: string
}

export interface PromptSettings {
  readonly template: string | undefined
  readonly field: string | undefined
}

export type ReadRecord =
  | { readonly kind: 'record'; readonly record: RunRecord; readonly fields: Fields }
  | { readonly kind: 'fault'; readonly message: string }

export type Fields = Readonly<Record<string, unknown>>
type Found = { readonly text: string } | { readonly fault: string }

const defaultFields = ['prompt', 'content', 'text']

export const readRecord = (line: Uint8Array, settings: PromptSettings): ReadRecord => {
  const fields = parseLine(line)
  if (typeof fields === 'string') return { kind: 'fault', message: fields }
  const id = idOf(fields)
  if ('fault' in id) return { kind: 'fault', message: id.fault }
  const prompt = promptOf(fields, settings)
  if ('fault' in prompt) return { kind: 'fault', message: prompt.fault }
  if (prompt.text.trim() === '') return { kind: 'fault', message: 'its prompt is empty' }
  return { kind: 'record', record: { id: id.text, prompt: prompt.text }, fields }
}

/** Not with the default decoder, which would put a question mark for each bad byte and send that. */
const decoder = new TextDecoder('utf-8', { fatal: true })

export const parseLine = (line: Uint8Array): Fields | string => {
  try {
    const value: unknown = JSON.parse(decoder.decode(line))
    if (isFields(value)) return value
    return 'it is JSON, but not an object'
  } catch (error) {
    if (error instanceof SyntaxError) return `it is not JSON: ${error.message}`
    return 'it is not valid UTF-8'
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const idOf = (fields: Fields): { text: string | undefined } | { fault: string } => {
  const name = fields.custom_id === undefined || fields.custom_id === null ? 'id' : 'custom_id'
  const id = fields[name]
  if (id === undefined || id === null) return { text: undefined }
  if (typeof id === 'number') return { text: String(id) }
  if (typeof id === 'string' && id !== '') return { text: id }
  return { fault: `its ${name} is ${shown(id)}; it must be a text or a number` }
}

const promptOf = (fields: Fields, { template, field }: PromptSettings): Found => {
  if (template !== undefined) return fillTemplate(template, fields)
  const names = field === undefined ? defaultFields : [field]
  const name = names.find((each) => fields[each] !== undefined)
  if (name === undefined) return { fault: `it has no field ${names.join(', ')}; it has ${list(fields)}` }
  const value = fields[name]
  if (typeof value === 'string') return { text: value }
  return { fault: `its ${name} is ${shown(value)}; it must be a text` }
}

/**
 * `{name}` is a place; so is `{Any Words}` where a field is called so, as columns of a CSV are. Other braces,
 * as in a JSON example within the prompt, stay as they are.
 */
const place = /\{([^{}\n]+)\}/g
const plainName = /^[\p{L}_][\p{L}\p{N}_-]*$/u

const fillTemplate = (template: string, fields: Fields): Found => {
  const missing = [...template.matchAll(place)].find(
    ([, name = '']) => plainName.test(name) && !Object.hasOwn(fields, name),
  )
  if (missing)
    return { fault: `it has no field ${missing[1]}, which the prompt needs; it has ${list(fields)}` }
  return {
    text: template.replace(place, (all, name: string) =>
      Object.hasOwn(fields, name) ? asText(fields[name]) : all,
    ),
  }
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

const list = (fields: Fields) => Object.keys(fields).slice(0, 20).join(', ') || 'no fields'

const shown = (value: unknown) => {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
