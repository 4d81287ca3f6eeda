import { createHash } from 'node:crypto'
import type { Clock } from '../clock/clock.ts'
import type { ApiKey, KeyRole, KeyStore } from '../storage/operator.ts'
import { ApiError, unauthorized } from './errors.ts'

/** Half of the second within which a revoked key has to be refused: the look-up itself takes time too. */
const CACHE_MS = 500
const CACHED_MAX = 10_000

interface Cached {
  readonly key: Promise<ApiKey | undefined>
  readonly until: number
}

/** From an Authorization header to the key it carries; anything but a usable key of the right role is refused. */
export type Authenticate = (authorization: string | undefined) => Promise<ApiKey>

/** Who may call what: the endpoints of clients take no operator's key, and those of operators no client's. */
export type Authentication = Readonly<Record<KeyRole, Authenticate>>

/** One look-up serves all calls of half a second, so that a busy key costs the store two reads a second. */
export const createAuthentication = (keys: Pick<KeyStore, 'keyByHash'>, clock: Clock): Authentication => {
  const cache = new Map<string, Cached>()

  const lookUp = (secret: string): Promise<ApiKey | undefined> => {
    const sha256 = createHash('sha256').update(secret).digest()
    const name = sha256.toString('base64')
    const now = clock.monotonic()
    const cached = cache.get(name)
    if (cached && now < cached.until) return cached.key
    if (cache.size >= CACHED_MAX) cache.clear()
    const key = keys.keyByHash(sha256)
    cache.set(name, { key, until: now + CACHE_MS })
    key.catch(() => cache.delete(name))
    return key
  }

  const authenticate = async (authorization: string | undefined): Promise<ApiKey> => {
    const secret = /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(authorization ?? '')?.[1]
    if (secret === undefined) throw unauthorized()
    const key = await lookUp(secret)
    if (!key?.usable) throw unauthorized()
    return key
  }

  return {
    async client(authorization) {
      const key = await authenticate(authorization)
      if (key.role === 'client') return key
      throw new ApiError(
        'operator_key',
        "An operator's key opens /v1/admin alone; calls need the key of an account",
      )
    },
    async operator(authorization) {
      const key = await authenticate(authorization)
      if (key.role === 'operator') return key
      throw new ApiError(
        'operator_only',
        'This path takes the key of an operator, as "sheepfold keys create --operator" makes it',
      )
    },
  }
}
