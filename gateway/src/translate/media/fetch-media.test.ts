import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { systemClock } from '../../clock/system.ts'
import { exchange } from '../../outbound/exchange.ts'
import { createGuardedCall, type GuardedOutcome } from '../../outbound/guarded-call.ts'
import { createMediaFetcher, type MediaFetcher } from './fetch-media.ts'
import { DEFAULT_MEDIA_LIMITS, FAILURE_KEPT_MS, FETCHES_OF_A_SCOPE_MAX, type MediaLimits } from './limits.ts'

const PNG = Buffer.from('89504e470d0a1a0a00', 'hex')

describe('what a server of this machine holds', () => {
  let server: http.Server
  let url: string
  let asked: string[]

  beforeEach(async () => {
    asked = []
    server = http.createServer((request, response) => {
      asked.push(request.url ?? '')
      switch (request.url) {
        case '/picture':
          return response.writeHead(200, { 'content-type': 'image/png' }).end(PNG)
        case '/moved':
          return response.writeHead(302, { location: '/picture' }).end()
        case '/inside':
          return response.writeHead(302, { location: 'http://10.0.0.1/' }).end()
        case '/large':
          return response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(3_000_000))
        case '/endless': {
          response.writeHead(200, { 'content-type': 'image/png' })
          const more = (): void => {
            while (response.writable && response.write(Buffer.alloc(65_536)));
            response.once('drain', more)
          }
          return more()
        }
        case '/page':
          return response.writeHead(200, { 'content-type': 'application/zip' }).end('PK')
        case '/packed':
          return response.writeHead(200, { 'content-type': 'image/png', 'content-encoding': 'gzip' }).end(PNG)
        default:
          return response.writeHead(404).end()
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  afterEach(() => {
    server.close()
    server.closeAllConnections()
  })

  const fetcher = (allowedHosts: readonly string[]): MediaFetcher =>
    createMediaFetcher({
      clock: systemClock,
      call: createGuardedCall({
        clock: systemClock,
        resolve: async () => [],
        exchange,
        rules: () => ({ allowPrivateNetworks: false, allowedHosts }),
      }),
      limits: () => ({ ...DEFAULT_MEDIA_LIMITS, bytesMax: 2 * 1_048_576 }),
    })

  it('is not fetched where the operator does not allow it', async () => {
    expect(await fetcher([]).fetch(`${url}/picture`, 'batch_1')).toEqual({
      kind: 'unfetched',
      message: '127.0.0.1 is in this machine, which is not called from here',
    })
    expect(asked).toEqual([])
  })

  it('is fetched once for many requests of one batch, and again for another batch', async () => {
    const { fetch, forget } = fetcher(['127.0.0.1'])
    const media = { mimeType: 'image/png', base64: PNG.toString('base64') }
    const many = await Promise.all(Array.from({ length: 50 }, () => fetch(`${url}/picture`, 'batch_1')))
    for (const each of many) expect(each).toEqual({ kind: 'fetched', media })
    await fetch(`${url}/picture`, 'batch_1')
    expect(asked).toEqual(['/picture'])
    await fetch(`${url}/picture`, 'batch_2')
    expect(asked).toHaveLength(2)
    forget('batch_1')
    await fetch(`${url}/picture`, 'batch_1')
    expect(asked).toHaveLength(3)
  })

  it('is fetched for each ordinary call', async () => {
    const { fetch } = fetcher(['127.0.0.1'])
    await fetch(`${url}/picture`, undefined)
    await fetch(`${url}/picture`, undefined)
    expect(asked).toHaveLength(2)
  })

  it('is followed to where it moved, and not inside', async () => {
    const { fetch } = fetcher(['127.0.0.1'])
    expect(await fetch(`${url}/moved`, 'batch_1')).toMatchObject({ kind: 'fetched' })
    expect(await fetch(`${url}/inside`, 'batch_1')).toEqual({
      kind: 'unfetched',
      message: '10.0.0.1 is in a private network, which is not called from here',
    })
  })

  it.each([
    ['/large', 'it is larger than 2 MiB'],
    ['/endless', 'it is larger than 2 MiB'],
    ['/page', 'it is application/zip; taken are images (JPEG, PNG, GIF, WebP, HEIC), PDF, audio and text'],
    ['/packed', 'it came compressed, though that was not asked for'],
    ['/nothing', 'it was answered with status 404'],
  ])('is refused for good reasons: %s', async (path, message) => {
    const { fetch } = fetcher(['127.0.0.1'])
    expect(await fetch(`${url}${path}`, 'batch_1')).toEqual({ kind: 'unfetched', message })
    await fetch(`${url}${path}`, 'batch_1')
    expect(asked).toEqual([path])
  })
})

describe('a fetch', () => {
  const answered = (status: number, type = 'image/png', bytes: Buffer | undefined = PNG): GuardedOutcome => ({
    kind: 'answered',
    status,
    retryAfter: undefined,
    content: { type, encoding: undefined, bytes },
  })

  const worldOf = (answers: readonly GuardedOutcome[], limits: Partial<MediaLimits> = {}) => {
    const clock = createManualClock()
    const calls: string[] = []
    const fetcher = createMediaFetcher({
      clock,
      async call({ url }) {
        calls.push(url)
        return answers[calls.length - 1] ?? answered(200)
      },
      limits: () => ({ ...DEFAULT_MEDIA_LIMITS, ...limits }),
    })
    /** Lets the pauses between its tries pass. */
    const patiently = async (url: string) => {
      const fetching = fetcher.fetch(url, 'batch_1')
      for (let turn = 0; turn < 100; turn += 1) {
        await Promise.resolve()
        clock.advance(100)
      }
      return fetching
    }
    return { clock, calls, patiently, ...fetcher }
  }

  it('is tried again where the failure may pass', async () => {
    const { patiently, calls } = worldOf([answered(503), { kind: 'failed', message: 'connect ECONNRESET' }])
    expect(await patiently('https://a/')).toMatchObject({ kind: 'fetched' })
    expect(calls).toHaveLength(3)
  })

  it('that failed for now is remembered for a moment and not for ever', async () => {
    const { patiently, fetch, calls, clock } = worldOf(Array(3).fill(answered(503)))
    const failure = { kind: 'unfetched', message: 'it was answered with status 503' }
    expect(await patiently('https://a/')).toEqual(failure)
    const now = calls.length
    clock.advance(FAILURE_KEPT_MS)
    expect(await fetch('https://a/', 'batch_1')).toMatchObject({ kind: 'fetched' })
    expect(calls).toHaveLength(now + 1)
  })

  it('gives way to others when all that is kept is too much', async () => {
    const { fetch, calls } = worldOf([], { keptBytesMax: 600 })
    for (const url of ['https://a/', 'https://b/', 'https://a/', 'https://c/', 'https://a/', 'https://b/']) {
      await fetch(url, 'batch_1')
    }
    expect(calls).toEqual(['https://a/', 'https://b/', 'https://c/', 'https://b/'])
  })

  it.each([
    'data:image/png;base64,AAAA',
    'file:///etc/passwd',
    'https://user:secret@a/',
    'nothing of the kind',
  ])('of %s is not made', async (url) => {
    const { fetch, calls } = worldOf([])
    expect(await fetch(url, 'batch_1')).toMatchObject({
      kind: 'unfetched',
      message: expect.stringContaining('https://'),
    })
    expect(calls).toEqual([])
  })

  it('waits its turn among many', async () => {
    let running = 0
    let most = 0
    const fetcher = createMediaFetcher({
      clock: createManualClock(),
      async call() {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        return answered(200)
      },
      limits: () => DEFAULT_MEDIA_LIMITS,
    })
    const urls = Array.from({ length: 100 }, (_, at) => `https://a/${at}`)
    const fetched = await Promise.all(urls.map((url) => fetcher.fetch(url, 'batch_1')))
    expect(fetched.every(({ kind }) => kind === 'fetched')).toBe(true)
    expect(most).toBe(FETCHES_OF_A_SCOPE_MAX)
  })
})
