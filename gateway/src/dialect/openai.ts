import type { Dialect } from '../batch/dialect.ts'
import { decodeIndex } from '../batch/index-codec.ts'
import { openaiLine } from '../deliver/openai-line.ts'
import { bodyOfLine } from '../intake/file/body-of-line.ts'

/** OpenAI's dialect as execution sees it: requests lie in the file that was uploaded, as they came. */
export const openaiDialect: Dialect = {
  requests: decodeIndex,
  composer: bodyOfLine,
  line: openaiLine,
}
