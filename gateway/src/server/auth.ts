import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../clock/clock.ts'
import type { ApiKey, KeyRole, KeyStore } from '../storage/operator.ts'
import { ApiError, unauthorized } from './errors.ts'
import type { Caller } from './observer.ts'

/** Half of the second within which a revoked key has to be refused: the look-up itself takes time too. */
const CACHE_MS = 500
const CACHED_MAX = 10_000

interface Cached {
  readonly key: Promise<ApiKey | undefined>
  readonly until: number
  /** Once it is looked up. */
  found?: ApiKey | undefined
}

/**
 * From the headers of a request to the key they carry, as `Authorization: Bearer` or as `x-api-key`; anything but
 * a usable key of the right role is refused.
 */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<ApiKey>

/** Who may call what: the endpoints of clients take no operator's key, and those of operators no client's. */
export interface Authentication extends Readonly<Record<KeyRole, Authenticate>> {
  /** Whose key it is, as far as it was looked up lately: for those who take notes. */
  caller(headers: IncomingHttpHeaders): Caller | undefined
}

/**
 * One look-up serves all calls of half a second, so that a busy key costs the store two reads a second. It is found
 * again by the header as it came: hashing the key once more for each call would be a tenth of what the call costs.
 */
export const createAuthentication = (keys: Pick<KeyStore, 'keyByHash'>, clock: Clock): Authentication => {
  const cache = new Map<string, Cached>()

  const cached = (authorization: string): Cached | undefined => {
    const entry = cache.get(authorization)
    return entry && clock.monotonic() < entry.until ? entry : undefined
  }

  const lookUp = (authorization: string): Cached => {
    const secret = secretOf(authorization)
    if (secret === undefined) throw unauthorized()
    if (cache.size >= CACHED_MAX) cache.clear()
    const key = keys.keyByHash(createHash('sha256').update(secret).digest())
    const entry: Cached = { key, until: clock.monotonic() + CACHE_MS }
    cache.set(authorization, entry)
    key.then(
      (found) => {
        entry.found = found
      },
      () => cache.delete(authorization),
    )
    return entry
  }

  const authenticate = async (headers: IncomingHttpHeaders): Promise<ApiKey> => {
    const authorization = authorizationOf(headers)
    if (authorization === undefined) throw twoKeys()
    const key = await (cached(authorization) ?? lookUp(authorization)).key
    if (!key?.usable) throw unauthorized()
    return key
  }

  return {
    caller(headers) {
      const found = cache.get(authorizationOf(headers) ?? '')?.found
      return found && { key: found.id, account: found.account }
    },
    async client(headers) {
      const key = await authenticate(headers)
      if (key.role === 'client') return key
      throw new ApiError(
        'operator_key',
        "An operator's key opens /v1/admin alone; calls need the key of an account",
      )
    },
    async operator(headers) {
      const key = await authenticate(headers)
      if (key.role === 'operator') return key
      throw new ApiError(
        'operator_only',
        'This path takes the key of an operator, as "sheepfold keys create --operator" makes it',
      )
    },
  }
}

const secretOf = (authorization: string): string | undefined =>
  /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(authorization)?.[1]

/** As it came, or as it would be for a key that came by itself; undefined where the two headers do not agree. */
const authorizationOf = ({
  authorization = '',
  'x-api-key': apiKey,
}: IncomingHttpHeaders): string | undefined => {
  // Whoever has no key to put into the header sends it empty.
  if (typeof apiKey !== 'string' || apiKey === '') return authorization
  if (authorization === '' || secretOf(authorization) === apiKey) return `Bearer ${apiKey}`
  return undefined
}

const twoKeys = (): ApiError =>
  new ApiError(
    'invalid_header',
    'The headers "Authorization" and "x-api-key" carry two keys; send one of them, or the same key in both',
    { field: 'x-api-key' },
  )
