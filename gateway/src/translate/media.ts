import type { Media } from './translation.ts'

/**
 * Fetches what a URL in a request holds; within one scope (the id of a batch) each URL once. Never rejects: the
 * URL is a client's, and so is what answers there.
 */
export type FetchMedia = (url: string, scope: string | undefined) => Promise<FetchedMedia>

export type FetchedMedia =
  | { readonly kind: 'fetched'; readonly media: Media }
  | { readonly kind: 'unfetched'; readonly message: string }
