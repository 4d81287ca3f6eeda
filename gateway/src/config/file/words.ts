import { z } from 'zod'
import { type Nano, parseUsd } from '../../money/nano.ts'
import { PUBLIC_URL_IS, publicUrlOf } from '../public-url.ts'

/** An object without other members than these. */
export const members = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape)

/** Members under names of the operator's own. */
export const namedBy = <Value extends z.ZodType>(name: { pattern: RegExp; allowed: string }, value: Value) =>
  z.record(z.string().regex(name.pattern), value, {
    error: (issue) => (issue.code === 'invalid_key' ? `is no name; it must be ${name.allowed}` : undefined),
  })

export const ANY_NAME = { pattern: /./, allowed: 'at least one character' }

export const text = z.string().min(1)

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/

/** `09:00`, as minutes of the day; `24:00` is its end. */
export const timeOfDay = z
  .string()
  .regex(TIME_OF_DAY, 'must be a time of the day such as 09:00')
  .transform((written) => Number(written.slice(0, 2)) * 60 + Number(written.slice(3)))

/** An address without a slash at its end. */
export const webAddress = z
  .string()
  .refine((written) => publicUrlOf(written) !== undefined, PUBLIC_URL_IS)
  .transform((written) => publicUrlOf(written) ?? written)

/** A whole number from 1 up. */
export const count = z.int().min(1)

const AMOUNT = 'must be an amount in USD such as 2.00: digits, at most nine of them after the point'

/** Read from the text that it was written as; what reaches here as a number was written with an exponent. */
const amount = z
  .union([z.string(), z.number()], AMOUNT)
  .transform((value) => parseUsd(String(value)))
  .refine((nano) => nano !== undefined, AMOUNT)
  .transform((nano): Nano => nano ?? 0n)

/** A written time, as milliseconds since 1970. */
export const moment = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2027-01-01T00:00:00Z' })
  // biome-ignore lint/style/noRestrictedGlobals: reads a time that was written, not the clock
  .transform((written) => Date.parse(written))

const kinds = {
  input: amount.describe('Input that was neither read from a cache nor written to one.'),
  cached_input: amount.optional().describe('Input read from a cache. Without it: as `input`.'),
  cache_write: amount.optional().describe('Input written to a cache. Without it: as `input`.'),
  cache_write_1h: amount
    .optional()
    .describe('Input written to a cache that keeps it for an hour. Without it: as `cache_write`.'),
  output: amount.describe('All output, reasoning included.'),
}

const longInput = members({
  above_tokens: count.describe('Of requests with more tokens of input than this, all tokens cost:'),
  ...kinds,
})

export const pricesByKind = members({
  ...kinds,
  long_input: longInput.optional().describe('The prices of requests whose input is longer, all of it.'),
})

/** USD per million tokens: one amount for all kinds of tokens, or one for each kind. */
export const prices = z.union(
  [amount, pricesByKind],
  `${AMOUNT}; or a map with one for input, one for output`,
)
