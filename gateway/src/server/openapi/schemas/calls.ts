import { z } from 'zod'

const shared = {
  model: z.string(),
  stream: z.boolean().nullish(),
  service_tier: z.string().nullish().describe('"flex": its turn comes among the batches, at their price.'),
}

const message = z.looseObject({ role: z.string() })

/** What is not ours to know is for the provider to judge: other members are passed on as they are. */
export const chatBody = z.looseObject({ ...shared, messages: z.array(message) }).meta({ id: 'ChatBody' })

export const textBody = z
  .looseObject({ ...shared, prompt: z.union([z.string(), z.array(z.unknown())]) })
  .meta({ id: 'CompletionBody' })

export const embeddingBody = z
  .looseObject({ ...shared, input: z.union([z.string(), z.array(z.unknown())]) })
  .meta({ id: 'EmbeddingBody' })

export const responseBody = z
  .looseObject({ ...shared, input: z.union([z.string(), z.array(z.unknown())]).optional() })
  .meta({ id: 'ResponseBody' })

/** `service_tier` is Anthropic's own, and not ours. */
export const messageBody = z
  .looseObject({
    model: z.string(),
    max_tokens: z.int().min(0),
    messages: z.array(message),
    stream: z.boolean().nullish(),
  })
  .meta({ id: 'MessageBody' })

export const countBody = z
  .looseObject({ model: z.string(), messages: z.array(message) })
  .meta({ id: 'CountTokensBody' })

export const countAnswer = z.strictObject({ input_tokens: z.int() })

/** The bytes are the provider's own, so their members are too. */
const answer = (object: string) => z.looseObject({ object: z.literal(object) })

export const chatAnswer = answer('chat.completion')
export const textAnswer = answer('text_completion')
export const embeddingAnswer = answer('list')
export const responseAnswer = answer('response')
export const messageAnswer = z.looseObject({ type: z.literal('message') })
