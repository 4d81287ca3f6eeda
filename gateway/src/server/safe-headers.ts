/**
 * On every answer: no browser guesses another type for it than the one it says, and no cache keeps what was
 * meant for one key. There is no header that lets other sites call from a browser.
 */
export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const
