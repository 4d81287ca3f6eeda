import type { ResultLine } from '../results/result-line.ts'
import { isSuccess } from '../results/result-line.ts'
import type { AnswerSchema } from './answer-schema.ts'

/** An answer that is not what was asked for is kept, but is no success: the next run asks again. */
export const checkedLine = (line: ResultLine, schema: AnswerSchema | undefined): ResultLine => {
  if (!schema || !isSuccess(line)) return line
  const check = schema.check(line.output ?? '')
  if (check.kind === 'valid') return { ...line, json: check.json }
  return { ...line, status: 'invalid', error: { code: 'schema_mismatch', message: check.message } }
}
