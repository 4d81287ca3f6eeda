import type { BilledText } from '../../money/estimate-usage.ts'
import { type JsonObject, parseObject } from '../answers/json.ts'
import { stringsWithin } from '../answers/strings-within.ts'
import type { Exchange } from '../protocol.ts'
import { ENDPOINTS } from './endpoints.ts'

/**
 * The texts of an exchange that tokens are counted of. What surrounds them (JSON, names of fields, parameters)
 * is not billed, and pictures and files are not billed by their characters.
 */
export const billedText = ({ endpoint, request, answer }: Exchange): BilledText => {
  const sent = parseObject(request.toString())
  const shape = ENDPOINTS.get(endpoint)
  if (!shape || !sent) return { input: [request.toString()], inputTokens: 0, output: [answer.toString()] }
  const texts = stringsWithin(pick(sent, shape.inputTexts), NOT_TEXT)
  const schemas = stringsWithin(pick(sent, shape.inputSchemas), 'schema')
  const output = stringsWithin(pick(parseObject(answer.toString()) ?? {}, shape.output), NOT_TEXT)
  return {
    input: [...texts.texts, ...schemas.texts], // A prompt may come as tokens.
    inputTokens: texts.numbers,
    output: output.texts,
  }
}

/** The strings within that are billed, wherever they stand. */
export const billedStrings = (values: readonly unknown[]): string[] => stringsWithin(values, NOT_TEXT).texts

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
