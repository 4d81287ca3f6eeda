import { z } from 'zod'

/**
 * What operators may send. Each description is said twice: by the document of the API, and by the refusal of a
 * value that is something else ("name" must be …).
 */

const PAGE_MAX = 100
const PAGE_STANDARD = 20

/** A number in a query, which is a text there. */
const countOf = (max: number, standard: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/)
    .transform(Number)
    .refine((count) => count <= max)
    .optional()
    .transform((count) => count ?? standard)
    .describe(`a whole number from 1 to ${max}`)
    .meta({ shownAs: { type: 'integer', minimum: 1, maximum: max, default: standard } })

/** Ids of accounts are whatever the command line was given. */
const id = (what: string) =>
  z
    .string()
    .regex(/^\P{Cc}{1,200}$/u)
    .optional()
    .describe(what)

const page = {
  limit: countOf(PAGE_MAX, PAGE_STANDARD),
  after: id('the id of the last one of the page before'),
}

export const pageQuery = z.strictObject(page)

export const keysQuery = z.strictObject({ ...page, account: id('the id of an account') })

export const batchesQuery = z.strictObject({
  ...page,
  account: id('the id of an account'),
  state: z.enum(['running', 'stopping', 'ended']).optional().describe('one of running, stopping, ended'),
  model: id('the name of a model'),
})

const day = z.iso.date().optional()

export const USAGE_DAYS_MAX = 92

export const usageQuery = z.strictObject({
  limit: countOf(1_000, PAGE_STANDARD),
  after: z
    .string()
    .regex(/^[\w-]{1,1000}$/)
    .optional()
    .describe('the id of the last one of the page before'),
  from: day.describe(
    `a day in UTC such as 2026-11-01, at most ${USAGE_DAYS_MAX} days before "to"; default: 30 days before it`,
  ),
  to: day.describe('a day in UTC such as 2026-11-30; default: today'),
  account: id('the id of an account'),
  model: id('the name of a model'),
})

export const noQuery = z.strictObject({})

const name = z
  .string()
  .regex(/^\P{Cc}{1,200}$/u)
  .describe('a text of 1 to 200 characters without control characters')

const models = z
  .array(z.string().max(200))
  .min(1)
  .max(1_000)
  .nullable()
  .describe('a list of models of this installation, or null for all')

const expiresAt = z.iso
  .datetime({ offset: true })
  .nullable()
  .describe('a time such as 2027-01-31T00:00:00Z, or null for never')

const perMinute = (max: number) =>
  z.int().min(1).max(max).nullable().describe(`a whole number from 1 to ${max}, or null for no limit`)

const spendLimit = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,9})?$/)
  .nullable()
  .describe('an amount of USD as a text such as "25.00", or null for no limit')

export const newAccount = z.strictObject({
  name,
  id: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional()
    .describe('1 to 64 letters, digits, "_", "." or "-"; default: one is made'),
})

export const accountChange = z.strictObject({ name })

const limits = {
  models: models.optional(),
  expires_at: expiresAt.optional(),
  requests_per_minute: perMinute(1_000_000).optional(),
  tokens_per_minute: perMinute(1_000_000_000).optional(),
  spend_limit: spendLimit.optional(),
}

export const newKey = z.strictObject({
  name,
  role: z.enum(['client', 'operator']).optional().describe('client or operator; default: client'),
  account: id('the id of an account; needed for the key of a client'),
  ...limits,
})

export const keyChange = z.strictObject({ name: name.optional(), ...limits })

export type KeyFields = z.output<typeof keyChange>
