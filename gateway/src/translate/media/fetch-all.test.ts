import { describe, expect, it } from 'vitest'
import type { FetchedMedia } from '../media.ts'
import { fetchAll } from './fetch-all.ts'
import { FETCHES_OF_A_REQUEST_MAX, REQUEST_BASE64_MAX } from './limits.ts'

const fetched = (base64: string): FetchedMedia => ({
  kind: 'fetched',
  media: { mimeType: 'image/png', base64 },
})

describe('all that one request names', () => {
  it('is fetched a few at a time, each once, within the batch', async () => {
    const asked: unknown[] = []
    let running = 0
    const urls = Array.from({ length: 20 }, (_, at) => `https://a/${at % 10}`)
    const all = await fetchAll(
      async (url, scope) => {
        asked.push([url, scope])
        running += 1
        expect(running).toBeLessThanOrEqual(FETCHES_OF_A_REQUEST_MAX)
        await Promise.resolve()
        running -= 1
        return fetched(url)
      },
      urls,
      'batch_1',
    )
    expect(asked).toEqual(urls.slice(0, 10).map((url) => [url, 'batch_1']))
    expect(all.kind === 'fetched' && [...all.media].map(([url, { base64 }]) => [url, base64])).toEqual(
      urls.slice(0, 10).map((url) => [url, url]),
    )
  })

  it('fails with the first that cannot be had', async () => {
    const all = await fetchAll(
      async (url) => (url === 'b' ? { kind: 'unfetched', message: 'gone' } : fetched('')),
      ['a', 'b', 'c'],
      undefined,
    )
    expect(all).toMatchObject({ kind: 'unfetched', url: 'b', message: 'gone' })
  })

  it('is refused where it is too much together', async () => {
    const half = fetched('A'.repeat(REQUEST_BASE64_MAX / 2))
    expect(await fetchAll(async () => half, ['a', 'b'], undefined)).toMatchObject({ kind: 'fetched' })
    expect(await fetchAll(async () => half, ['a', 'b', 'c'], undefined)).toMatchObject({
      kind: 'unfetched',
      url: 'c',
      message: 'all that one request names must not exceed 100 MiB in base64',
    })
  })
})
