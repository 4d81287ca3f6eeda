import { isUtf8 } from 'node:buffer'
import { clipped, isObject, shown } from '../faults.ts'
import { countKeys, firstProblemOf } from '../json/parse-strict.ts'
import { BATCH_ENDPOINTS, bodyProblem, isBatchEndpoint } from './endpoints.ts'
import type { LineProblem } from './line-faults.ts'
import type { LineScanner } from './line-scanner.ts'

/** One line of an input file that can be sent. */
export interface RequestLine {
  readonly kind: 'request'
  readonly customId: string
  readonly url: string
  readonly model: string
  readonly body: Readonly<Record<string, unknown>>
}

/** One line of an error file of this installation: the request that it names is to be tried again. */
export interface ErrorLine {
  readonly kind: 'error_line'
  readonly customId: string
  readonly requestId: string
}

export type CheckedLine =
  | RequestLine
  | ErrorLine
  | { readonly kind: 'problem'; readonly problem: LineProblem }

export interface LineLimits {
  readonly depthMax: number
  readonly customIdCharactersMax: number
}

const MEMBERS = ['custom_id', 'method', 'url', 'body']

/** The bytes from `start` to `end`. */
export interface LineBytes {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** What it lies in was looked at as a whole: it is UTF-8, and has no escape such as `\\ud800`. */
  readonly isPlain: boolean
}

/** Reads and checks a line whose members the scanner has found. */
export const checkLine = (line: LineBytes, scanned: LineScanner, limits: LineLimits): CheckedLine => {
  const value = objectOf(line, scanned, limits.depthMax)
  if (typeof value === 'string') return bad('invalid_json_line', value, null)
  const idFault = customIdProblem(value.custom_id, limits.customIdCharactersMax)
  if (idFault) return { kind: 'problem', problem: idFault }
  const customId = String(value.custom_id)
  if (isErrorLine(value)) return { kind: 'error_line', customId, requestId: String(value.id) }
  const problem = memberProblem(value)
  if (problem) return { kind: 'problem', problem }
  const { url, body } = value
  // A key that is spelt with escapes is found by the parser and not by the scanner.
  if (scanned.idStart < 0 || scanned.bodyStart < 0 || scanned.modelStart < 0) {
    return bad(
      'invalid_request',
      "'custom_id', 'body' and 'body.model' must be written without escapes.",
      null,
    )
  }
  if (!isObject(body)) throw new Error('a body that was checked is no object')
  return { kind: 'request', customId, url: String(url), model: String(body.model), body }
}

/** The object, or what is wrong with the line. */
const objectOf = (
  { bytes, start, end, isPlain }: LineBytes,
  scanned: LineScanner,
  depthMax: number,
): Record<string, unknown> | string => {
  if (!isPlain && !isUtf8(bytes.subarray(start, end))) return 'This line is not valid UTF-8.'
  if (scanned.depth > depthMax)
    return `This line is nested ${scanned.depth} levels deep; at most ${depthMax} are taken.`
  const text = bytes.toString('utf8', start, end)
  const value = parsed(text)
  // OpenAI's very words: clients compare with them.
  if (value === undefined) return 'This line is not parseable as valid JSON.'
  if (!isObject(value)) return `This line must be a JSON object, got ${shown(value)}.`
  if (countKeys(value) === scanned.keys && (isPlain || !text.includes('\\u'))) return value
  return firstProblemOf(bytes.subarray(start, end), text, value, scanned.keys) ?? value
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const customIdProblem = (id: unknown, charactersMax: number): LineProblem | undefined => {
  if (id === undefined) return missing('custom_id', 'a text that names the request')
  if (typeof id === 'string' && id !== '' && id.length <= charactersMax) return undefined
  const given = typeof id === 'string' ? `one of ${id.length}` : shown(id)
  const message = `'custom_id' must be a text of 1 to ${charactersMax} characters, got ${given}.`
  return { code: 'invalid_request', message, param: 'custom_id' }
}

/** A loop and no list of keys: this runs for every line. */
const unknownMember = (value: Readonly<Record<string, unknown>>): string | undefined => {
  for (const key in value) if (!MEMBERS.includes(key)) return key
  return undefined
}

const memberProblem = (value: Readonly<Record<string, unknown>>): LineProblem | undefined => {
  const { method, url, body } = value
  const unknown = unknownMember(value)
  if (unknown !== undefined) {
    const message = `'${clipped(unknown)}' is no member of a request; there are ${MEMBERS.join(', ')}.`
    return { code: 'invalid_request', message, param: clipped(unknown) }
  }
  if (method === undefined) return missing('method', 'POST')
  if (method !== 'POST') {
    return {
      code: 'invalid_method',
      message: `'method' must be POST, got ${shown(method)}.`,
      param: 'method',
    }
  }
  if (url === undefined) return missing('url', `one of ${BATCH_ENDPOINTS.join(', ')}`)
  if (typeof url !== 'string' || !isBatchEndpoint(url)) {
    const message = `'url' must be one of ${BATCH_ENDPOINTS.join(', ')}, got ${shown(url)}.`
    return { code: 'invalid_url', message, param: 'url' }
  }
  if (body === undefined) return missing('body', 'what is sent to the endpoint')
  if (!isObject(body)) {
    return {
      code: 'invalid_request',
      message: `'body' must be an object, got ${shown(body)}.`,
      param: 'body',
    }
  }
  return modelProblem(body.model) ?? bodyProblem(url, body)
}

const modelProblem = (model: unknown): LineProblem | undefined => {
  if (model === undefined) return missing('body.model', 'the name of a model')
  if (typeof model === 'string' && MODEL_NAME.test(model)) return undefined
  const message = `'body.model' must be the name of a model, got ${shown(model)}.`
  return { code: 'invalid_request', message, param: 'body.model' }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are refused
const MODEL_NAME = /^[^\u0000-\u001f\u007f]{1,256}$/

const missing = (param: string, is: string): LineProblem => ({
  code: 'missing_required_parameter',
  message: `Missing required parameter: '${param}' (${is}).`,
  param,
})

const isErrorLine = (value: Readonly<Record<string, unknown>>): boolean =>
  typeof value.id === 'string' && 'response' in value && 'error' in value && !('body' in value)

const bad = (code: LineProblem['code'], message: string, param: string | null): CheckedLine => ({
  kind: 'problem',
  problem: { code, message, param },
})
