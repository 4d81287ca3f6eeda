import type { Dialect } from '../batch/dialect.ts'
import { decodeIndex } from '../batch/index-codec.ts'
import { anthropicLine } from '../deliver/anthropic-line.ts'
import { bodyOfParams, refusalOf } from '../intake/anthropic/params.ts'
import { sharedHeaders } from '../intake/anthropic/template.ts'

/** Anthropic's dialect as execution sees it: requests lie in the document of the create, as they came. */
export const anthropicDialect: Dialect = {
  requests: decodeIndex,
  composer: bodyOfParams,
  headers: sharedHeaders,
  refusal: refusalOf,
  line: anthropicLine,
}
