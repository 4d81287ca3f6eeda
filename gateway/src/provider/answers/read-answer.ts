import { isUtf8 } from 'node:buffer'
import type { CallAnswer } from '../call.ts'
import { isRecord } from './json.ts'
import { bad, type ReadAnswer, type Reading } from './reading.ts'

/** Reads a 2xx answer: one parse of its bytes, whatever it is. */
export const readAnswer = ({ headers, body }: CallAnswer, read: ReadAnswer): Reading => {
  const contentType = headers.get('content-type')
  if (contentType !== undefined && !/\bjson\b/i.test(contentType)) {
    return bad('wrong_content_type', `the answer is ${contentType}, not application/json`)
  }
  if (!isUtf8(body)) return bad('invalid_utf8', 'the answer is not valid UTF-8')
  const text = body.toString('utf8')
  if (text.trim() === '') return bad('empty_answer', 'the answer is empty')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return bad(
      'invalid_json',
      `the answer is not valid JSON: ${error instanceof Error ? error.message : error}`,
    )
  }
  if (!isRecord(json)) return bad('not_an_object', 'the answer is not a JSON object')
  const reading = read(json, text)
  return reading.kind === 'answer' ? { ...reading, json } : reading
}
