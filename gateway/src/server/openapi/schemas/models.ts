import { z } from 'zod'
import { usd } from './common.ts'

const prices = z.strictObject({ input: usd, cached_input: usd, cache_write: usd, output: usd })

export const model = z
  .strictObject({
    id: z.string(),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
    stands_for: z.string().describe("The provider's own name."),
    prices: z
      .strictObject({
        currency: z.literal('USD'),
        per: z.int().describe('Tokens that the prices are for.'),
        list: prices,
        batch: prices,
      })
      .nullable(),
  })
  .meta({ id: 'Model' })

export const models = z.strictObject({ object: z.literal('list'), data: z.array(model) })
