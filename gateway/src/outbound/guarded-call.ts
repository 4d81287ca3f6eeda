import { isIP } from 'node:net'
import type { Clock } from '../clock/clock.ts'
import type { AnswerContent, Exchange, ExchangeAnswer } from './exchange.ts'
import { hostOf, isTrusted, type NetworkRules, plainRefusalOf, refusalOf } from './network-rules.ts'
import type { Resolve } from './resolve.ts'

/** A call to an address that a client named. */
export interface GuardedOrder {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For all of it: looking up, connecting, redirects, the answer. */
  readonly timeoutMs: number
  /** The body of an answer is kept up to here; without it, none is. */
  readonly answerBytesMax?: number
  readonly redirectsMax?: number
}

export type GuardedOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly retryAfter: string | undefined
      /** Only where it was asked for. */
      readonly content?: AnswerContent
    }
  /** It lies where nothing is called. */
  | { readonly kind: 'refused'; readonly message: string }
  /** No answer came. */
  | { readonly kind: 'failed'; readonly message: string }

export type GuardedCall = (order: GuardedOrder) => Promise<GuardedOutcome>

export interface GuardedCallOptions {
  readonly clock: Clock
  readonly resolve: Resolve
  readonly exchange: Exchange
  /** As they are now. */
  readonly rules: () => NetworkRules
}

const REDIRECTS_MAX = 3
/** Those that keep method and body; others turn a POST into a GET, which would be no delivery. */
const REDIRECTS: Readonly<Record<GuardedOrder['method'], ReadonlySet<number>>> = {
  POST: new Set([307, 308]),
  GET: new Set([301, 302, 303, 307, 308]),
}
/** An address that cannot be reached gives way to the next one of its host. */
const UNREACHABLE: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
])

/**
 * Calls what clients name, wherever it is public. A name is looked up at each call and at each redirect anew, all
 * its addresses are judged, and exactly what was judged is connected to: a name that changes its mind in between
 * changes nothing.
 */
export const createGuardedCall = (options: GuardedCallOptions): GuardedCall => {
  const { clock, rules } = options
  return async (order) => {
    const late = new AbortController()
    const cancel = clock.after(order.timeoutMs, () => late.abort())
    const { promise: lateness, resolve: giveUp } = Promise.withResolvers<GuardedOutcome>()
    late.signal.addEventListener('abort', () =>
      giveUp({ kind: 'failed', message: `no answer within ${order.timeoutMs / 1_000} s` }),
    )
    const hop = { ...options, rules: rules(), order, signal: late.signal }
    try {
      const redirectsMax = order.redirectsMax ?? REDIRECTS_MAX
      return await Promise.race([follow(hop, new URL(order.url), redirectsMax), lateness])
    } finally {
      cancel()
      late.abort()
    }
  }
}

interface Hop extends Omit<GuardedCallOptions, 'rules'> {
  readonly rules: NetworkRules
  readonly order: GuardedOrder
  readonly signal: AbortSignal
}

const follow = async (hop: Hop, url: URL, redirectsLeft: number): Promise<GuardedOutcome> => {
  const answer = await callOnce(hop, url)
  if ('kind' in answer) return answer
  const { location, ...rest } = answer
  const isRedirect = REDIRECTS[hop.order.method].has(answer.status) && location !== undefined
  if (!isRedirect) return { kind: 'answered', ...rest }
  if (redirectsLeft === 0) {
    return { kind: 'failed', message: `more redirects than ${hop.order.redirectsMax ?? REDIRECTS_MAX}` }
  }
  if (!URL.canParse(location, url)) return { kind: 'failed', message: 'it redirects to what is no address' }
  const next = new URL(location, url)
  const trouble = redirectTrouble(url, next)
  return trouble === undefined ? follow(hop, next, redirectsLeft - 1) : { kind: 'refused', message: trouble }
}

const redirectTrouble = (from: URL, to: URL): string | undefined => {
  if (to.protocol !== 'https:' && to.protocol !== 'http:') return `it redirects to ${to.protocol}`
  if (from.protocol === 'https:' && to.protocol === 'http:') return 'it redirects from https to http'
  return to.username !== '' || to.password !== '' ? 'it redirects with credentials in the address' : undefined
}

const callOnce = async (hop: Hop, url: URL): Promise<ExchangeAnswer | GuardedOutcome> => {
  const { order, rules, exchange, signal } = hop
  const host = hostOf(url)
  const plain = plainRefusalOf(url, rules)
  if (plain !== undefined) return { kind: 'refused', message: plain }
  const found = isIP(host) === 0 ? await lookUp(hop, host) : [host]
  if (!Array.isArray(found)) return found
  const refused = refusalOf(host, found, rules)
  if (refused !== undefined) return { kind: 'refused', message: refused }
  const { method, headers, body, answerBytesMax } = order
  const asked = { method, headers, body, ...(answerBytesMax === undefined ? {} : { answerBytesMax }) }
  let reason: unknown
  for (const address of found) {
    try {
      return await exchange({ ...asked, url, address, signal })
    } catch (error) {
      reason = error
      if (!UNREACHABLE.has(codeOf(error))) break
    }
  }
  return { kind: 'failed', message: messageOf(reason) }
}

const lookUp = async ({ resolve, rules }: Hop, host: string): Promise<string[] | GuardedOutcome> => {
  try {
    const addresses = await resolve(host, { trusted: isTrusted(host, rules) })
    if (addresses.length > 0) return [...addresses]
    return { kind: 'failed', message: `${host.slice(0, 100)} has no address` }
  } catch (error) {
    return { kind: 'failed', message: `${host.slice(0, 100)} was not found: ${codeOf(error) ?? 'no reason'}` }
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

const MESSAGE_CHARACTERS_MAX = 200

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_CHARACTERS_MAX).toWellFormed()
