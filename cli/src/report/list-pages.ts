import type { Page } from '@sheepfold/client'

export interface PagesOrder<T> {
  /** So many entries at the most. */
  readonly limit: number
  readonly after?: string
  /** So many a page at the most. */
  readonly pageMax: number
  readonly idOf: (entry: T) => string
}

/** Turns pages until there are as many entries as asked for. */
export const listPages = async <T>(
  { limit, after, pageMax, idOf }: PagesOrder<T>,
  readPage: (page: { readonly limit: number; readonly after?: string }) => Promise<Page<T>>,
): Promise<{ readonly entries: readonly T[]; readonly hasMore: boolean }> => {
  const entries: T[] = []
  let last = after
  for (;;) {
    const page = {
      limit: Math.min(pageMax, limit - entries.length),
      ...(last === undefined ? {} : { after: last }),
    }
    const { data, has_more } = await readPage(page)
    entries.push(...data)
    const end = data.at(-1)
    if (!has_more || !end || entries.length >= limit)
      return { entries, hasMore: has_more && end !== undefined }
    last = idOf(end)
  }
}
