import { z } from 'zod'
import { ANTHROPIC_VERSIONS } from '../../anthropic/version.ts'
import { ERRORS, type ErrorCode } from '../../errors.ts'

const codes = Object.keys(ERRORS).filter((code): code is ErrorCode => Object.hasOwn(ERRORS, code))

const errorCode = z
  .enum(codes)
  .meta({ id: 'ErrorCode', description: 'What went wrong; docs/errors.md lists them.' })

const fault = z.strictObject({
  index: z.int(),
  code: errorCode,
  message: z.string(),
  field: z.string(),
})

export const nativeError = z
  .strictObject({
    error: errorCode,
    message: z.string().optional().describe('What was wrong, where, and what is allowed.'),
    field: z.string().optional().describe('What is at fault: a path in the body, or the name of a header.'),
    offset: z.int().optional().describe('The byte of the body from which on it is no JSON.'),
    faults: z.array(fault).optional().describe('The first 1,000 refused requests of the batch.'),
    faults_total: z.int().optional(),
    max_allowed: z.int().optional(),
    received: z.int().optional(),
    max_bytes: z.int().optional(),
    batch_id: z.string().optional().describe('The batch that the idempotency key made.'),
  })
  .meta({ id: 'Error', description: 'An error in the native form.' })

export const openaiError = z
  .strictObject({
    error: z.strictObject({
      message: z.string(),
      type: z.enum(['invalid_request_error', 'requests', 'tokens', 'server_error']),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .meta({ id: 'OpenAIError', description: "An error in OpenAI's envelope, for its clients." })

export const anthropicError = z
  .strictObject({
    type: z.literal('error'),
    error: z.strictObject({
      type: z.enum([
        'invalid_request_error',
        'authentication_error',
        'billing_error',
        'permission_error',
        'not_found_error',
        'conflict_error',
        'request_too_large',
        'rate_limit_error',
        'api_error',
        'timeout_error',
        'overloaded_error',
      ]),
      message: z.string(),
      details: z
        .looseObject({ error_code: errorCode })
        .optional()
        .describe('What the native form has beside its message.'),
    }),
    request_id: z.string(),
  })
  .meta({ id: 'AnthropicError', description: "An error in Anthropic's envelope, for its clients." })

export const trouble = z
  .strictObject({ code: z.string(), message: z.string() })
  .meta({ id: 'Trouble', description: 'Why nothing moves at the moment.' })

export const lossyWord = z
  .enum(['refuse', 'warn'])
  .describe(
    'Whether requests are refused where a field would be dropped or changed on the way to a provider of another ' +
      "format. Without it: what the installation's `translation.lossy` says.",
  )

export const lossyHeaders = { 'Sheepfold-Lossy': lossyWord.optional() }

const lossCounts = {
  model: z.string(),
  endpoint: z.string(),
  field: z.string().describe('Its path in a request, with [] for all positions of a list.'),
  action: z.enum(['dropped', 'clamped', 'moved', 'defaulted', 'approximated']),
  requests: z.int().describe('How many have it.'),
}

export const lossesWithoutWords = z
  .array(z.strictObject(lossCounts))
  .describe('What became of fields that the provider has no word for; nothing of what clients wrote there.')

export const losses = z
  .array(
    z
      .strictObject({
        ...lossCounts,
        example: z.string().describe('The custom_id of the first of them.'),
        from: z.string().nullable().describe('What it gave.'),
        to: z.string().nullable().describe('What is sent.'),
      })
      .meta({ id: 'Loss', description: 'What became of one field that the provider has no word for.' }),
  )
  .describe('What became of fields that the provider has no word for.')

export const usd = z
  .string()
  .regex(/^-?\d+\.\d{2,9}$/)
  .meta({ id: 'USD', description: 'An exact amount of USD.' })

export const time = z.iso.datetime()

/** Whole seconds since 1970. */
export const unixTime = z.int()

export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    object: z.literal('list'),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })

/** As Anthropic's clients read it. */
export const anthropicPageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    data: z.array(item),
    has_more: z.boolean(),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
  })

/** A page of such a list, as it is asked for. */
export const anthropicPage = {
  limit: z.int().min(1).max(1_000).default(20).optional(),
  after_id: z.string().optional().describe('The id of the last one of the page before.'),
  before_id: z.string().optional().describe('The id of the first one of the page behind.'),
}

export const anthropicVersion = z
  .enum(ANTHROPIC_VERSIONS)
  .describe("Says that the caller speaks Anthropic's dialect, and which version of it.")

/** A page of a list, as it is asked for. */
export const page = (max: number, standard: number) => ({
  limit: z.int().min(1).max(max).default(standard).optional(),
  after: z.string().optional().describe('The id of the last one of the page before.'),
})

const idempotencyKey = {
  'Idempotency-Key': z
    .string()
    .optional()
    .describe('1 to 255 visible ASCII characters: the same call again makes nothing new.'),
}

export const idempotencyHeaders = z.object(idempotencyKey)

export const createHeaders = z.object({ ...idempotencyKey, ...lossyHeaders })

export const metadata = z
  .record(z.string().max(64), z.string().max(512))
  .describe('Up to 16 texts of the caller, shown with the batch.')
