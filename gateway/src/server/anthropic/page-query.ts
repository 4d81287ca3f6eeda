import { ApiError } from '../errors.ts'
import { readLimit, readText } from '../openai/page-query.ts'

export interface PageQuery {
  readonly limit?: unknown
  readonly after_id?: unknown
  readonly before_id?: unknown
}

/** Which part of a list is asked for: what comes behind an id, or what comes before one. */
export interface AskedPage {
  readonly limit: number
  readonly afterId: string | undefined
  readonly beforeId: string | undefined
}

const LIMIT_MAX = 1_000
const LIMIT_STANDARD = 20

export const readPage = ({ limit, after_id: after, before_id: before }: PageQuery): AskedPage => {
  const page = {
    limit: readLimit(limit, { max: LIMIT_MAX, standard: LIMIT_STANDARD }),
    afterId: readText(after, 'after_id'),
    beforeId: readText(before, 'before_id'),
  }
  if (page.afterId === undefined || page.beforeId === undefined) return page
  const message = `'after_id' and 'before_id' ask for two pages; send one of them.`
  throw new ApiError('invalid_value', message, { field: 'before_id' })
}
