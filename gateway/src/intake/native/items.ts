import { clipped, firstUnknownKey, isObject, type Problem, shown, unknownField } from '../faults.ts'
import { memberSpans, type Span } from '../json/members.ts'
import { contentProblem } from './content.ts'
import { type IdPlace, readCustomId } from './custom-id.ts'
import { givenOptions, optionBit, optionsProblem, outputTokensMax } from './options.ts'

/** One request as it is stored: see `template.ts` for what becomes of the fragment. */
export interface ItemRequest {
  readonly customId: string | undefined
  /** Pieces of the fragment. Those of the client's own are views into the item's bytes. */
  readonly fragment: readonly Buffer[]
  /** Bits of the options that the fragment has itself. */
  readonly ownOptions: number
  readonly outputTokensMax: number | undefined
}

export type ItemReading =
  | { readonly kind: 'request'; readonly request: ItemRequest }
  | { readonly kind: 'problem'; readonly problem: Problem }

export interface ItemBytes {
  readonly value: unknown
  readonly bytes: Buffer
}

const USER_OPEN = Buffer.from('{"role":"user","content":')
const SYSTEM_OPEN = Buffer.from('{"role":"system","content":')
const BETWEEN_MESSAGES = Buffer.from('},')
const END_OF_MESSAGES = Buffer.from('}]')

const INPUT_FIELDS = ['role', 'content', 'custom_id', 'id']
const CONTENT_FIELDS = ['id', 'custom_id', 'content']
const TASK_FIELDS = ['custom_id', 'id', 'prompt', 'options', 'system']

/** An element of `input`: `{"role":"user","content":string | parts | {"id","content"}}`. */
export const readInputItem = (item: ItemBytes, idCharactersMax: number): ItemReading => {
  const { value, bytes } = item
  if (!isObject(value)) return notObject(value, '{"role":"user","content":"…"}')
  const problem = unknownIn(value, INPUT_FIELDS, '') ?? roleProblem(value.role)
  if (problem) return { kind: 'problem', problem }
  const places: IdPlace[] = [
    ['custom_id', value.custom_id],
    ['id', value.id],
  ]
  const content = value.content
  const span = (): Span => spanOf(memberSpans(bytes), 'content')
  if (!isObject(content))
    return userRequest({ field: 'content', prompt: content, bytes, span }, places, idCharactersMax)
  const unknown = unknownIn(content, CONTENT_FIELDS, 'content.')
  if (unknown) return { kind: 'problem', problem: unknown }
  places.push(['content.custom_id', content.custom_id], ['content.id', content.id])
  const inner = (): Span => spanOf(memberSpans(bytes, span()), 'content')
  const prompt = { field: 'content.content', prompt: content.content, bytes, span: inner }
  return userRequest(prompt, places, idCharactersMax)
}

interface Prompt {
  readonly field: string
  readonly prompt: unknown
  readonly bytes: Buffer
  readonly span: () => Span
}

const userRequest = (prompt: Prompt, places: readonly IdPlace[], idCharactersMax: number): ItemReading => {
  const problem = promptProblem(prompt.prompt, prompt.field)
  if (problem) return { kind: 'problem', problem }
  const reading = readCustomId(places, idCharactersMax)
  if (reading.kind === 'problem') return reading
  const fragment = [USER_OPEN, pieceOf(prompt.bytes, prompt.span()), END_OF_MESSAGES]
  const request = { customId: reading.id, fragment, ownOptions: 0, outputTokensMax: undefined }
  return { kind: 'request', request }
}

/** An element of `tasks`: `{"custom_id","prompt","options","system"}`. */
export const readTaskItem = (item: ItemBytes, idCharactersMax: number): ItemReading => {
  const { value, bytes } = item
  if (!isObject(value)) return notObject(value, '{"custom_id":"…","prompt":"…"}')
  const { options, system } = value
  const problem =
    unknownIn(value, TASK_FIELDS, '') ??
    promptProblem(value.prompt, 'prompt') ??
    (options == null ? undefined : optionsProblem(options, 'options')) ??
    (system == null ? undefined : systemProblem(system))
  if (problem) return { kind: 'problem', problem }
  const places: IdPlace[] = [
    ['custom_id', value.custom_id],
    ['id', value.id],
  ]
  const reading = readCustomId(places, idCharactersMax)
  if (reading.kind === 'problem') return reading

  const spans = memberSpans(bytes)
  const fragment: Buffer[] = []
  if (system != null) fragment.push(SYSTEM_OPEN, pieceOf(bytes, spanOf(spans, 'system')), BETWEEN_MESSAGES)
  fragment.push(USER_OPEN, pieceOf(bytes, spanOf(spans, 'prompt')), END_OF_MESSAGES)
  const own = isObject(options) ? options : {}
  const ownOptions = isObject(options) ? pushOptions(fragment, options, bytes, spanOf(spans, 'options')) : 0
  const request = { customId: reading.id, fragment, ownOptions, outputTokensMax: outputTokensMax(own) }
  return { kind: 'request', request }
}

/** Puts the item's own options behind the messages, each value in the bytes in which it came. */
const pushOptions = (
  fragment: Buffer[],
  options: Record<string, unknown>,
  bytes: Buffer,
  object: Span,
): number => {
  const spans = memberSpans(bytes, object)
  let mask = 0
  for (const name of givenOptions(options)) {
    fragment.push(Buffer.from(`,"${name}":`), pieceOf(bytes, spanOf(spans, name)))
    mask |= optionBit(name)
  }
  return mask
}

const notObject = (value: unknown, example: string): ItemReading => {
  const message = `a request must be an object such as ${example}, got ${shown(value)}`
  return { kind: 'problem', problem: { code: 'invalid_type', message, field: '' } }
}

const unknownIn = (value: object, allowed: readonly string[], prefix: string): Problem | undefined => {
  const unknown = firstUnknownKey(value, allowed)
  return unknown === undefined ? undefined : unknownField(`${prefix}${clipped(unknown)}`, allowed)
}

const roleProblem = (role: unknown): Problem | undefined => {
  if (role === 'user') return undefined
  if (role === undefined) {
    return { code: 'missing_field', message: '"role" is missing; it must be "user"', field: 'role' }
  }
  const message =
    `"role" must be "user", got ${shown(role)}: every element of "input" is a request of its own, ` +
    'not a turn of one conversation; instructions for all of them go into "system" beside "input"'
  return { code: 'invalid_value', message, field: 'role' }
}

const promptProblem = (prompt: unknown, field: string): Problem | undefined =>
  prompt === undefined
    ? { code: 'missing_field', message: `"${field}" is missing: it holds what is asked`, field }
    : contentProblem(prompt, field)

const systemProblem = (system: unknown): Problem | undefined => {
  if (typeof system === 'string') return undefined
  return { code: 'invalid_type', message: `"system" must be a string, got ${shown(system)}`, field: 'system' }
}

const spanOf = (spans: Map<string, Span>, name: string): Span => {
  const span = spans.get(name)
  if (!span) throw new Error(`"${name}" was parsed and is not to be found in the bytes`)
  return span
}

const pieceOf = (bytes: Buffer, span: Span): Buffer => bytes.subarray(span.start, span.end)
