import { z } from 'zod'
import { anthropicPageOf, time, usd } from './common.ts'

const kinds = {
  input: usd,
  cached_input: usd,
  cache_write: usd,
  cache_write_1h: usd.optional().describe('Where a cache that keeps for an hour costs more.'),
  output: usd,
}

const prices = z.strictObject({
  ...kinds,
  long_input: z
    .strictObject({ above_tokens: z.int(), ...kinds })
    .optional()
    .describe('The prices of all tokens of requests with a longer input.'),
})

const soldAs = {
  stands_for: z.string().describe("The provider's own name."),
  prices: z
    .strictObject({
      currency: z.literal('USD'),
      per: z.int().describe('Tokens that the prices are for.'),
      list: prices,
      batch: prices,
    })
    .nullable(),
}

const openaiModel = z
  .strictObject({
    id: z.string(),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
    ...soldAs,
  })
  .meta({ id: 'Model' })

const anthropicModel = z
  .strictObject({
    type: z.literal('model'),
    id: z.string(),
    display_name: z.string(),
    created_at: time,
    lifecycle: z.literal('active'),
    deprecated_at: z.null(),
    retires_at: z.null(),
    line: z.null(),
    capabilities: z.null(),
    max_input_tokens: z.null(),
    max_tokens: z.null(),
    ...soldAs,
  })
  .meta({ id: 'AnthropicModel', description: "A model as Anthropic's clients read it." })

export const model = z.union([openaiModel, anthropicModel])

export const models = z.union([
  z.strictObject({ object: z.literal('list'), data: z.array(openaiModel) }),
  anthropicPageOf(anthropicModel),
])
