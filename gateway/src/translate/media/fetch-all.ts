import type { FetchMedia } from '../media.ts'
import type { Media } from '../translation.ts'
import { FETCHES_OF_A_REQUEST_MAX, REQUEST_BASE64_MAX } from './limits.ts'

export type FetchedAll =
  | { readonly kind: 'fetched'; readonly media: ReadonlyMap<string, Media> }
  | { readonly kind: 'unfetched'; readonly url: string; readonly message: string }

/** All that one request names, a few at a time: it may name hundreds, and all of them are held until it is sent. */
export const fetchAll = async (
  fetch: FetchMedia,
  urls: readonly string[],
  scope: string | undefined,
): Promise<FetchedAll> => {
  const media = new Map<string, Media>()
  let length = 0
  const rest = [...new Set(urls)]
  while (rest.length > 0) {
    const some = rest.splice(0, FETCHES_OF_A_REQUEST_MAX)
    const fetched = await Promise.all(some.map(async (url) => ({ url, ...(await fetch(url, scope)) })))
    for (const each of fetched) {
      if (each.kind === 'unfetched') return each
      length += each.media.base64.length
      if (length > REQUEST_BASE64_MAX) return { kind: 'unfetched', url: each.url, message: TOO_MUCH }
      media.set(each.url, each.media)
    }
  }
  return { kind: 'fetched', media }
}

const TOO_MUCH = `all that one request names must not exceed ${REQUEST_BASE64_MAX / 1_048_576} MiB in base64`
