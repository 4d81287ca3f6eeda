import { createHash } from 'node:crypto'
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

/** From an Authorization header to the key it carries; anything but a usable key of the right role is refused. */
export type Authenticate = (authorization: string | undefined) => Promise<ApiKey>

/** Who may call what: the endpoints of clients take no operator's key, and those of operators no client's. */
export interface Authentication extends Readonly<Record<KeyRole, Authenticate>> {
  /** Whose key it is, as far as it was looked up lately: for those who take notes. */
  caller(authorization: string | undefined): Caller | undefined
}

/** One look-up serves all calls of half a second, so that a busy key costs the store two reads a second. */
export const createAuthentication = (keys: Pick<KeyStore, 'keyByHash'>, clock: Clock): Authentication => {
  const cache = new Map<string, Cached>()

  const lookUp = (secret: string): Promise<ApiKey | undefined> => {
    const sha256 = hashOf(secret)
    const name = sha256.toString('base64')
    const now = clock.monotonic()
    const cached = cache.get(name)
    if (cached && now < cached.until) return cached.key
    if (cache.size >= CACHED_MAX) cache.clear()
    const key = keys.keyByHash(sha256)
    const entry: Cached = { key, until: now + CACHE_MS }
    cache.set(name, entry)
    key.then(
      (found) => {
        entry.found = found
      },
      () => cache.delete(name),
    )
    return key
  }

  const authenticate = async (authorization: string | undefined): Promise<ApiKey> => {
    const secret = secretOf(authorization)
    if (secret === undefined) throw unauthorized()
    const key = await lookUp(secret)
    if (!key?.usable) throw unauthorized()
    return key
  }

  return {
    caller(authorization) {
      const secret = secretOf(authorization)
      const found = secret === undefined ? undefined : cache.get(hashOf(secret).toString('base64'))?.found
      return found && { key: found.id, account: found.account }
    },
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

const secretOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(authorization ?? '')?.[1]

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
