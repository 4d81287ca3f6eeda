import { z } from 'zod'
import { listOf, lossesWithoutWords, time, trouble, usd } from './common.ts'

const tokens = z.strictObject({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  cached_tokens: z.int(),
  reasoning_tokens: z.int(),
  estimated_requests: z.int(),
})

const spend = {
  cost: usd.describe('What providers were paid.'),
  waste: usd.describe('Of calls that bought no recorded answer.'),
  cost_unknown_requests: z.int(),
}

const usageSums = {
  model: z.string().nullable().describe('Null: of batches of several models whose bodies are gone.'),
  via: z.enum(['batch', 'real_time', 'flex']),
  requests: z.int(),
  failed: z.int(),
  usage: tokens,
  charge: usd,
  list_charge: usd,
  ...spend,
}

const usage = z.strictObject(usageSums).meta({ id: 'UsageSums' })

const accountFields = {
  id: z.string(),
  object: z.literal('account'),
  name: z.string(),
  created_at: time,
  keys: z.int().describe('Those that are neither revoked nor expired.'),
  running_batches: z.int(),
}

export const account = z.strictObject(accountFields).meta({ id: 'Account' })

export const accounts = listOf(account)

export const accountDetail = z
  .strictObject({
    ...accountFields,
    balance: z.strictObject({ currency: z.literal('USD'), available: usd, held: usd }),
    usage: z.strictObject({ today: z.array(usage), month: z.array(usage) }),
  })
  .meta({ id: 'AccountDetail' })

const keyFields = {
  id: z.string(),
  object: z.literal('key'),
  name: z.string(),
  role: z.enum(['client', 'operator']),
  account: z.string().nullable(),
  hint: z.string().describe('The first and last characters, to recognise it by.'),
  state: z.enum(['good', 'expired', 'revoked']),
  models: z.array(z.string()).nullable(),
  requests_per_minute: z.int().nullable(),
  tokens_per_minute: z.int().nullable(),
  spend_limit: usd.nullable(),
  created_at: time,
  expires_at: time.nullable(),
  revoked_at: time.nullable(),
}

export const keys = listOf(z.strictObject(keyFields).meta({ id: 'Key' }))

export const createdKey = z
  .strictObject({ ...keyFields, key: z.string().describe('Shown this once.') })
  .meta({ id: 'CreatedKey' })

export const keyDetail = z
  .strictObject({
    ...keyFields,
    spent: z.strictObject({
      currency: z.literal('USD'),
      real_time: usd,
      batches: usd,
      held: usd.describe('For batches that run.'),
      total: usd,
    }),
  })
  .meta({ id: 'KeyDetail' })

const calls = { in_flight: z.int(), waiting: z.int() }

export const deployment = z
  .strictObject({
    id: z.string(),
    object: z.literal('deployment'),
    model: z.string(),
    provider: z.string(),
    provider_model: z.string(),
    region: z.string().nullable(),
    weight: z.number(),
    limits: z.strictObject({
      concurrency_max: z.int(),
      concurrency_initial: z.int(),
      requests_per_minute: z.int().nullable(),
      tokens_per_minute: z.int().nullable(),
      interactive_share: z.number(),
    }),
    health: z.strictObject({
      state: z.enum(['open', 'paused', 'tripped', 'shut']),
      reason: z.string().nullable(),
      until: time.nullable().describe('When it is next tried.'),
    }),
    gate: z.strictObject({
      limit: z.int(),
      ...calls,
      lanes: z.strictObject({ interactive: z.strictObject(calls), batch: z.strictObject(calls) }),
    }),
    learned: z.strictObject({
      concurrency: z.int(),
      ceiling: z.int().nullable().describe('Where the provider throttled last.'),
      requests_per_minute: z.number().nullable(),
      tokens_per_minute: z.number().nullable(),
      input_tokens_per_minute: z
        .number()
        .nullable()
        .describe('Of a provider that limits each side of the tokens by itself.'),
      output_tokens_per_minute: z.number().nullable(),
    }),
    typical_ms: z.int().nullable().describe('Null before the first answer.'),
  })
  .meta({ id: 'Deployment' })

export const deployments = listOf(deployment)

const batchFields = {
  id: z.string(),
  object: z.literal('batch'),
  account: z.string(),
  key: z.string(),
  dialect: z.string(),
  endpoint: z.string(),
  models: z.array(z.string()),
  state: z.enum(['running', 'stopping', 'ended']),
  cause: z.enum(['cancel', 'deadline', 'delete', 'budget']).nullable(),
  outcome: z.enum(['completed', 'cancelled', 'expired', 'failed']).nullable(),
  waiting: trouble.nullable(),
  counts: z.strictObject({
    total: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    expired: z.int(),
    cancelled: z.int(),
  }),
  shards: z.int(),
  usage: tokens,
  charge: usd,
  list_charge: usd,
  ...spend,
  losses: lossesWithoutWords,
  retry_of: z.string().nullable(),
  created_at: time,
  window_ends_at: time,
  ended_at: time.nullable(),
  expires_at: time.nullable(),
  deleted_at: time.nullable(),
}

export const adminBatches = listOf(z.strictObject(batchFields).meta({ id: 'BatchOfAnyAccount' }))

export const adminBatch = z
  .strictObject({
    ...batchFields,
    held: usd,
    latency: z.strictObject({ mean_ms: z.int(), p99_ms: z.int() }).nullable(),
    shards_by_state: z.strictObject({ waiting: z.int(), running: z.int(), sealed: z.int() }),
  })
  .meta({ id: 'BatchOfAnyAccountDetail' })

const spendSums = z.strictObject(spend)

export const waste = listOf(
  z.strictObject({ id: z.string(), object: z.literal('waste'), account: z.string(), ...spend }),
).extend({ totals: z.strictObject({ batches: spendSums, real_time: spendSums }) })

export const usageDays = listOf(
  z
    .strictObject({
      id: z.string(),
      object: z.literal('usage'),
      day: z.iso.date(),
      account: z.string(),
      ...usageSums,
    })
    .meta({ id: 'Usage' }),
)

export const audit = z
  .strictObject({
    object: z.literal('audit'),
    right: z.boolean(),
    findings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
    postings: z.int(),
    entries: z.int(),
    shards: z.int(),
    answers: z.int(),
    balances: z.array(z.strictObject({ account: z.string(), currency: z.string(), amount: usd })),
  })
  .meta({ id: 'Audit' })
