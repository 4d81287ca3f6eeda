import type { BilledText } from '../../money/estimate-usage.ts'
import type { Exchange } from '../protocol.ts'
import { ENDPOINTS } from './endpoints.ts'
import { isRecord } from './json.ts'
import type { JsonObject } from './reading.ts'

/**
 * The texts of an exchange that tokens are counted of. What surrounds them (JSON, names of fields, parameters)
 * is not billed, and pictures and files are not billed by their characters.
 */
export const billedText = ({ endpoint, request, answer }: Exchange): BilledText => {
  const sent = parse(request)
  const shape = ENDPOINTS.get(endpoint)
  if (!shape || !sent) return { input: [request.toString()], inputTokens: 0, output: [answer.toString()] }
  const texts = collect(pick(sent, shape.inputTexts), false)
  const schemas = collect(pick(sent, shape.inputSchemas), true)
  const output = collect(pick(parse(answer) ?? {}, shape.output), false)
  return { input: [...texts.texts, ...schemas.texts], inputTokens: texts.tokens, output: output.texts }
}

/** The strings within that are billed, wherever they stand. */
export const billedStrings = (values: readonly unknown[]): string[] => collect(values, false).texts

const parse = (bytes: Buffer): JsonObject | undefined => {
  try {
    const json: unknown = JSON.parse(bytes.toString())
    return isRecord(json) ? json : undefined
  } catch {
    return undefined
  }
}

const pick = (json: JsonObject, fields: readonly string[]): unknown[] => fields.map((field) => json[field])

/** Fields that say what a thing is, or hold what is no text: nothing of them is counted as one. */
const NOT_TEXT: ReadonlySet<string> = new Set([
  'annotations',
  'call_id',
  'data',
  'detail',
  'encrypted_content',
  'file_data',
  'file_id',
  'finish_reason',
  'id',
  'image_url',
  'logprobs',
  'object',
  'result',
  'role',
  'status',
  'tool_call_id',
  'type',
])

/**
 * The strings within, and how many numbers stand in lists (a prompt may come as tokens). In a schema the names
 * of fields are text too. A stack of its own, because a client chooses how deep a body is nested.
 */
const collect = (roots: readonly unknown[], isSchema: boolean): { texts: string[]; tokens: number } => {
  const texts: string[] = []
  let tokens = 0
  const stack = roots.toReversed()
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value === 'string') texts.push(value)
    else if (typeof value === 'number') tokens += 1
    else if (Array.isArray(value)) for (const each of value.toReversed()) stack.push(each)
    else if (isRecord(value)) {
      for (const [field, each] of Object.entries(value).toReversed()) {
        if (isSchema) stack.push(each, field)
        else if (!NOT_TEXT.has(field) && typeof each !== 'number') stack.push(each)
      }
    }
  }
  return { texts, tokens }
}
