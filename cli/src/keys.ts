import {
  type ApiKey,
  createKey as create,
  DEFAULT_KEY_PREFIX,
  FIRST_ACCOUNT,
  formatUsd,
  NO_ACCOUNT,
  type OperatorStore,
  openOperatorStore,
  operatorPrefix,
  systemIds,
} from '@sheepfold/gateway'
import type { CreateKeyOptions, DataOptions } from './command-options.ts'
import { dataDirOf } from './config/data-dir.ts'

export const createKey = async (options: CreateKeyOptions): Promise<void> =>
  withStore(options, { create: true }, async ({ keys }) => {
    const { key, secret } = await create(keys, systemIds, {
      name: options.name ?? 'key',
      account: options.operator ? NO_ACCOUNT : (options.account ?? FIRST_ACCOUNT),
      models: options.models ?? null,
      expiresAt: options.expires?.getTime() ?? null,
      role: options.operator ? 'operator' : 'client',
      limits: {
        requestsPerMinute: options.requestsPerMinute ?? null,
        tokensPerMinute: options.tokensPerMinute ?? null,
        spend: options.spendLimit ?? null,
      },
      prefix: options.operator ? operatorPrefix(DEFAULT_KEY_PREFIX) : DEFAULT_KEY_PREFIX,
    })
    if (options.json) console.log(JSON.stringify({ ...keyJson(key), key: secret }))
    else console.log(`${secret}\n\nThis is the only time that it is shown. Its id is ${key.id}.`)
  })

export const listKeys = async (options: DataOptions): Promise<void> =>
  withStore(options, { create: false }, async ({ keys }) => {
    const all = await keys.keys()
    if (options.json) console.log(JSON.stringify(all.map(keyJson)))
    else console.log(all.length === 0 ? 'There is no key yet.' : table(all))
  })

export const revokeKey = async (id: string, options: DataOptions): Promise<void> =>
  withStore(options, { create: false }, async ({ keys }) => {
    if (!(await keys.revokeKey(id)))
      throw new Error(`There is no key ${id}; "sheepfold keys list" shows them.`)
    console.log(options.json ? JSON.stringify({ id, revoked: true }) : `${id} is refused from now on.`)
  })

const withStore = async (
  { data }: DataOptions,
  how: { create: boolean },
  work: (store: OperatorStore) => Promise<void>,
): Promise<void> => {
  const store = await openOperatorStore(
    { dataDir: dataDirOf(data), databaseUrl: process.env.DATABASE_URL },
    how,
  )
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

const keyJson = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  account: key.account === NO_ACCOUNT ? null : key.account,
  role: key.role,
  hint: key.hint,
  models: key.models,
  requests_per_minute: key.limits.requestsPerMinute,
  tokens_per_minute: key.limits.tokensPerMinute,
  spend_limit: key.limits.spend === null ? null : formatUsd(key.limits.spend),
  created_at: iso(key.createdAt),
  expires_at: iso(key.expiresAt),
  revoked_at: iso(key.revokedAt),
  usable: key.usable,
})

const stateOf = (key: ApiKey): string => {
  if (key.revokedAt !== null) return 'revoked'
  return key.usable ? 'good' : 'expired'
}

const limitsOf = ({ limits: { requestsPerMinute, tokensPerMinute, spend } }: ApiKey): string => {
  const limits = [
    ...(requestsPerMinute === null ? [] : [`${requestsPerMinute} requests/min`]),
    ...(tokensPerMinute === null ? [] : [`${tokensPerMinute} tokens/min`]),
    ...(spend === null ? [] : [`${formatUsd(spend)} USD`]),
  ]
  return limits.length === 0 ? 'none' : limits.join(', ')
}

const table = (keys: readonly ApiKey[]): string => {
  const rows = [
    ['id', 'key', 'name', 'role', 'account', 'state', 'expires', 'models', 'limits'],
    ...keys.map((key) => [
      key.id,
      key.hint,
      key.name,
      key.role,
      key.account === NO_ACCOUNT ? '-' : key.account,
      stateOf(key),
      iso(key.expiresAt)?.slice(0, 10) ?? 'never',
      key.models?.join(',') ?? 'all',
      limitsOf(key),
    ]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
