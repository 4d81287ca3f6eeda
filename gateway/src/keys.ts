import { createHash, randomBytes } from 'node:crypto'
import type { Ids } from './clock/clock.ts'
import {
  type ApiKey,
  type KeyLimits,
  type KeyRole,
  type KeyStore,
  NO_KEY_LIMITS,
} from './storage/operator.ts'

/** The account of a first start; keys are made for it unless another is named. */
export const FIRST_ACCOUNT = 'acct_default'

const SECRET_CHARACTERS = 40
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Every secret has so many characters at least, also one that an operator chose. */
const GIVEN_CHARACTERS_MIN = 16

export interface KeyOrder {
  readonly name: string
  readonly account: string
  readonly models: readonly string[] | null
  readonly expiresAt: number | null
  readonly role: KeyRole
  readonly limits: KeyLimits
}

/** Operators' keys show what they are, so that one is not put where a client's belongs. */
export const operatorPrefix = (prefix: string): string => `${prefix}op-`

export interface CreatedKey {
  readonly key: ApiKey
  /** Shown once and kept nowhere. */
  readonly secret: string
}

/** 62 characters do not divide 256: bytes above the last whole multiple are drawn again. */
const randomCharacters = (count: number): string => {
  let text = ''
  while (text.length < count) {
    for (const byte of randomBytes(count)) {
      if (byte < 248 && text.length < count) text += ALPHABET[byte % 62]
    }
  }
  return text
}

export const createKey = async (
  keys: KeyStore,
  ids: Ids,
  order: KeyOrder & { readonly prefix: string; readonly secret?: string | undefined },
): Promise<CreatedKey> => {
  const secret = order.secret ?? `${order.prefix}${randomCharacters(SECRET_CHARACTERS)}`
  if (!/^[\x21-\x7e]{1,512}$/.test(secret) || secret.length < GIVEN_CHARACTERS_MIN) {
    throw new Error(`A key must have ${GIVEN_CHARACTERS_MIN} to 512 visible ASCII characters.`)
  }
  if (order.role === 'client') await keys.ensureAccount(order.account, order.account)
  const key = await keys.createKey({
    id: ids.next('key_'),
    account: order.account,
    name: order.name,
    sha256: hashOf(secret),
    hint: `${secret.slice(0, Math.min(order.prefix.length, secret.length - 8))}…${secret.slice(-4)}`,
    models: order.models,
    expiresAt: order.expiresAt,
    role: order.role,
    limits: order.limits,
  })
  return { key, secret }
}

const hashOf = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()

/** What a start finds or makes: the key to print is one that nobody has seen yet. */
export const bootstrapKey = async (
  keys: KeyStore,
  ids: Ids,
  { prefix, given }: { prefix: string; given: string | undefined },
): Promise<string | undefined> => {
  if (given) {
    if (!(await keys.keyByHash(hashOf(given))))
      await createKey(keys, ids, { ...FIRST, prefix, secret: given })
    return undefined
  }
  if ((await keys.keys()).some(({ role }) => role === 'client')) return undefined
  const { secret } = await createKey(keys, ids, { ...FIRST, prefix })
  return secret
}

/** Makes the key of an operator that the environment names, where it is not there yet. */
export const bootstrapOperatorKey = async (
  keys: KeyStore,
  ids: Ids,
  { prefix, given }: { prefix: string; given: string | undefined },
): Promise<void> => {
  if (!given) return
  const known = await keys.keyByHash(hashOf(given))
  if (known?.role === 'client')
    throw new Error("SHEEPFOLD_OPERATOR_KEY holds the key of an account; an operator's is another one.")
  if (!known) await createKey(keys, ids, { ...OPERATOR, prefix: operatorPrefix(prefix), secret: given })
}

/** The account of an operator's key: none. */
export const NO_ACCOUNT = ''

const OPERATOR: KeyOrder = {
  name: 'operator',
  account: NO_ACCOUNT,
  models: null,
  expiresAt: null,
  role: 'operator',
  limits: NO_KEY_LIMITS,
}

const FIRST: KeyOrder = {
  name: 'first',
  account: FIRST_ACCOUNT,
  models: null,
  expiresAt: null,
  role: 'client',
  limits: NO_KEY_LIMITS,
}
