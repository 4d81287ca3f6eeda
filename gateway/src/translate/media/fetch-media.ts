import { type Clock, sleep } from '../../clock/clock.ts'
import type { AnswerContent } from '../../outbound/exchange.ts'
import type { GuardedCall } from '../../outbound/guarded-call.ts'
import type { FetchedMedia, FetchMedia } from '../media.ts'
import { KeptMedia, nameOf } from './kept-media.ts'
import {
  FAILURE_KEPT_MS,
  FETCHES_MAX,
  FETCHES_OF_A_SCOPE_MAX,
  type MediaLimits,
  PAUSES_MS,
} from './limits.ts'
import { mediaTypeOf } from './media-type.ts'
import { createTurns } from './turns.ts'

/** Fetches what requests name, once for each batch, and keeps it while that batch runs. */
export interface MediaFetcher {
  readonly fetch: FetchMedia
  /** The batch has ended. */
  forget(scope: string): void
}

export interface MediaFetcherOptions {
  readonly call: GuardedCall
  readonly clock: Clock
  /** As they are now. */
  readonly limits: () => MediaLimits
}

export const createMediaFetcher = (options: MediaFetcherOptions): MediaFetcher => {
  const { clock, limits } = options
  const kept = new KeptMedia()
  const onTheWay = new Map<string, Promise<FetchedMedia>>()
  const inTurn = createTurns({ max: FETCHES_MAX, perGroupMax: FETCHES_OF_A_SCOPE_MAX })

  const fetchPatiently = (url: string, group: string): Promise<Tried> =>
    patiently(clock, () => inTurn(group, () => tryOnce(options, url)))

  const fetchFor = async (scope: string, url: string): Promise<FetchedMedia> => {
    const { fetched, isPassing } = await fetchPatiently(url, scope)
    const until = isPassing ? clock.monotonic() + FAILURE_KEPT_MS : undefined
    kept.keep({ scope, url, fetched, until, bytesMax: limits().keptBytesMax })
    return fetched
  }

  const fetchOnce = (scope: string, url: string): Promise<FetchedMedia> => {
    const name = nameOf(scope, url)
    const started = onTheWay.get(name)
    if (started) return started
    const fetching = fetchFor(scope, url).finally(() => onTheWay.delete(name))
    onTheWay.set(name, fetching)
    return fetching
  }

  return {
    async fetch(url, scope) {
      if (scope === undefined) return (await fetchPatiently(url, ORDINARY)).fetched
      return kept.get(scope, url, clock.monotonic()) ?? fetchOnce(scope, url)
    },
    forget: (scope) => kept.forget(scope),
  }
}

interface Tried {
  readonly fetched: FetchedMedia
  /** It may be there a moment later. */
  readonly isPassing: boolean
}

/** Ordinary calls wait for each other's turns, as the requests of a batch do. */
const ORDINARY = ''

const patiently = async (clock: Clock, tryNow: () => Promise<Tried>): Promise<Tried> => {
  for (const pauseMs of PAUSES_MS) {
    const tried = await tryNow()
    if (!tried.isPassing) return tried
    await sleep(clock, pauseMs)
  }
  return tryNow()
}

const tryOnce = async ({ call, limits }: MediaFetcherOptions, url: string): Promise<Tried> => {
  const trouble = troubleOf(url)
  if (trouble !== undefined) return final(trouble)
  const { bytesMax, timeoutMs, redirectsMax } = limits()
  const outcome = await call({
    url,
    method: 'GET',
    headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Sheepfold' },
    body: '',
    timeoutMs,
    answerBytesMax: bytesMax,
    redirectsMax,
  })
  if (outcome.kind !== 'answered')
    return outcome.kind === 'refused' ? final(outcome.message) : passing(outcome)
  const { status, content } = outcome
  const message = `it was answered with status ${status}`
  if (status >= 500 || status === 408 || status === 429) return passing({ message })
  if (status !== 200 || content === undefined) return final(message)
  return read(content, bytesMax)
}

const ALLOWED = 'an address that begins with https:// or http://, without credentials'

const troubleOf = (url: string): string | undefined => {
  if (!URL.canParse(url)) return `it is no address; allowed is ${ALLOWED}`
  const { protocol, username, password } = new URL(url)
  const isWeb = protocol === 'https:' || protocol === 'http:'
  return isWeb && username === '' && password === '' ? undefined : `allowed is ${ALLOWED}`
}

const MIB = 1_048_576

const read = ({ type, encoding, bytes }: AnswerContent, bytesMax: number): Tried => {
  if (bytes === undefined) return final(`it is larger than ${bytesMax / MIB} MiB`)
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return final('it came compressed, though that was not asked for')
  }
  const media = mediaTypeOf(type, bytes)
  if (media.kind === 'refused') return final(media.message)
  const { mimeType } = media
  return {
    fetched: { kind: 'fetched', media: { mimeType, base64: bytes.toString('base64') } },
    isPassing: false,
  }
}

const final = (message: string): Tried => ({ fetched: { kind: 'unfetched', message }, isPassing: false })

const passing = ({ message }: { readonly message: string }): Tried => ({
  fetched: { kind: 'unfetched', message },
  isPassing: true,
})
