import { z } from 'zod'
import { DEFAULT_EXECUTE_LIMITS } from '../../execute/limits.ts'
import { DEFAULT_INTAKE_LIMITS } from '../../intake/limits.ts'
import { OWN_SERVER_BOOK } from '../costs/default-costs.ts'
import {
  DEFAULT_DEPLOYMENT_LIMITS,
  DEFAULT_LOG_LEVEL,
  DEFAULT_LONG_POLL_MS,
  DEFAULT_OPEN_METRICS,
  DEFAULT_OUTPUT_TOKENS,
  DEFAULT_RETENTION_MS,
  DEFAULT_SERVER,
  defaultDeploymentLimits,
} from '../default-limits.ts'
import { LOG_LEVELS } from '../log-levels.ts'
import { connectionsSchema } from './connections.ts'
import { endpointSchema } from './endpoint.ts'
import { filesSchema, messageBatchesSchema } from './many-requests.ts'
import { translationSchema } from './translation.ts'
import { webhooksSchema } from './webhooks.ts'
import { ANY_NAME, count, members, moment, namedBy, prices, text, timeOfDay, webAddress } from './words.ts'

/**
 * What may stand in a configuration file: the one source of what is checked, of the JSON schema for editors
 * and of the manual. Descriptions are sentences of the manual.
 */

const MIB = 1_048_576
const DAY_MS = 86_400_000
const DAY_SECONDS = 86_400

const serverSchema = members({
  host: text.default(DEFAULT_SERVER.host).describe('Address to listen on; `--host` wins.'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(DEFAULT_SERVER.port)
    .describe('Port to listen on, 0 takes a free one; `--port` wins.'),
  data: text
    .optional()
    .meta({ shownDefault: '.sheepfold' })
    .describe(
      'The data directory, relative to the folder of this file; `--data` and `SHEEPFOLD_DATA` win. ' +
        '`keys` and `audit` use it too, where they run beside the file.',
    ),
  log_level: z
    .enum(LOG_LEVELS)
    .default(DEFAULT_LOG_LEVEL)
    .describe('JSON lines on stderr, never bodies or keys; `SHEEPFOLD_LOG_LEVEL` wins.'),
  drain_seconds: z
    .int()
    .min(0)
    .max(DAY_SECONDS)
    .default(DEFAULT_SERVER.drainSeconds)
    .describe('At SIGTERM, time for calls in flight; `--drain` wins.'),
  open_metrics: z
    .boolean()
    .default(DEFAULT_OPEN_METRICS)
    .describe("Whether `/metrics` is read without an operator's key."),
  public_url: webAddress
    .optional()
    .describe(
      'The address under which clients reach the server, for URLs in answers; `SHEEPFOLD_PUBLIC_URL` wins. ' +
        'Without it: `http://` and the host that the client asked for.',
    ),
})

const providerSchema = members(endpointSchema)

const TOTAL_SECONDS_MAX = `${defaultDeploymentLimits('openai').totalMsMax / 1_000}, or ${
  defaultDeploymentLimits('deepseek').totalMsMax / 1_000
} with the protocol \`deepseek\`, which lets calls wait`

const deploymentLimitsSchema = members({
  concurrency_max: count
    .max(100_000)
    .default(DEFAULT_DEPLOYMENT_LIMITS.concurrencyMax)
    .describe(
      'Calls in flight at most. Below it the concurrency that the provider takes is found by trying.',
    ),
  concurrency_initial: count
    .optional()
    .meta({ shownDefault: `${DEFAULT_DEPLOYMENT_LIMITS.concurrencyInitial}, or concurrency_max if less` })
    .describe('Where that search begins, when nothing was learnt before.'),
  requests_per_minute: count
    .optional()
    .describe('Calls a minute; besides, what the provider says is obeyed.'),
  tokens_per_minute: count.optional().describe('Tokens a minute, input and output together.'),
  interactive_share: z
    .number()
    .min(0)
    .max(0.9)
    .default(DEFAULT_DEPLOYMENT_LIMITS.interactiveShare)
    .describe(
      'The part of all this that is for interactive calls. What they do not ask for goes to batches, as far as it ' +
        'comes back within a second.',
    ),
  first_byte_seconds_max: z
    .number()
    .positive()
    .max(DAY_SECONDS)
    .default(DEFAULT_DEPLOYMENT_LIMITS.firstByteMsMax / 1_000)
    .describe(
      'A call without a first byte by then is given up and tried again; so long may a stream stand still.',
    ),
  total_seconds_max: z
    .number()
    .positive()
    .max(DAY_SECONDS)
    .optional()
    .meta({ shownDefault: TOTAL_SECONDS_MAX })
    .describe('A call without a whole answer by then is given up and tried again.'),
})

const deploymentSchema = members({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_./-]{1,100}$/, 'must be 1 to 100 of the characters A-Z a-z 0-9 _ . / -')
    .describe('A name of its own for each. What was learnt of its limits is kept under it.'),
  model: text.describe('The model of ours that it serves. Several deployments of one share its requests.'),
  provider: text.optional().describe('The provider that it is at: a name from `providers`.'),
  protocol: endpointSchema.protocol
    .removeDefault()
    .optional()
    .describe('In place of `provider`, as the next two are: the API that it speaks.'),
  base_url: endpointSchema.base_url.describe('Its address, version included.'),
  api_key_env: endpointSchema.api_key_env.optional().describe('The environment variable that holds its key.'),
  provider_model: text.optional().describe("The provider's own name. Without it: that of the model."),
  region: text.optional().describe('A note: where it runs, such as `ap-northeast-2`; shown with it.'),
  weight: z
    .number()
    .min(0)
    .max(1_000_000)
    .default(1)
    .describe('Share of the requests beside other deployments of the model; 0 is a standby.'),
  cost_book: text
    .optional()
    .describe(
      'What its tokens cost: a name from `costs`. Without it: that of the model; with the protocol `compatible`, ' +
        `\`${OWN_SERVER_BOOK}\`, which is free.`,
    ),
  output_tokens_default: count
    .max(10_000_000)
    .default(DEFAULT_OUTPUT_TOKENS)
    .describe('Asked for where its provider wants a limit of the output and a request has none.'),
  limits: deploymentLimitsSchema.prefault({}).describe('What its provider allows.'),
})

const modelSchema = members({
  provider_model: text.describe("The provider's own name for it."),
  maker: z
    .enum(['openai', 'anthropic', 'gemini', 'deepseek'])
    .default('openai')
    .describe('Whose it is: without `deployments`, the key of its maker serves it.'),
  cost_book: text.optional().describe('What it costs: a name from `costs`. Without it: `provider_model`.'),
  cost_factor_percent: count
    .max(100_000)
    .default(100)
    .describe('Without a price of its own it is sold at its cost times this.'),
  list_price: prices
    .optional()
    .describe('USD per million tokens in real time, which the savings compare with.'),
  batch_price: prices.optional().describe('USD per million tokens of a batch: what is charged.'),
})

const hoursSchema = members({
  utc_offset_minutes: z
    .int()
    .min(-900)
    .max(900)
    .default(0)
    .describe('The zone that they are told in: minutes east of Greenwich, 480 for Beijing, 540 for Seoul.'),
  weekdays: z
    .array(z.int().min(1).max(7))
    .min(1)
    .default([1, 2, 3, 4, 5, 6, 7])
    .describe('1 is Monday, 7 is Sunday.'),
  except: z.array(z.iso.date()).default([]).describe('Days on which they do not hold: holidays.'),
  spans: z
    .array(members({ from: timeOfDay.describe('Such as `09:00`.'), until: timeOfDay.describe('Exclusive.') }))
    .min(1)
    .describe('Parts of the day.'),
})

const costSchema = members({
  from: moment.optional().describe('In force from then on. Without it: since ever.'),
  until: moment.optional().describe('In force until then. Without it: until further notice.'),
  hours: hoursSchema
    .optional()
    .describe('In force at these hours alone; of a list the first entry that is in force counts.'),
  list: prices.describe('USD per million tokens in real time.'),
  batch: prices
    .optional()
    .describe("USD per million tokens in the provider's batches. Without it: as `list`."),
  source: text.default('the configuration file').describe('A note: where these figures are from.'),
  checked_on: z.iso.date().optional().describe('A note: the day on which they were read there.'),
})

const presetSchema = members({
  description: z.string().default('').describe('What it is for, in a sentence.'),
  system: z.string().default('').describe("A system prompt that comes before a client's own."),
  options: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Sampling options; the batch's, then a request's own, replace them one by one."),
  answer_schema: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('A JSON schema that each answer must fit; it is sent as `response_format`.'),
  answer_schema_strict: z
    .boolean()
    .default(true)
    .describe(
      'Whether the provider is to enforce it. OpenAI then wants all properties required and no others.',
    ),
})

const limitsSchema = members({
  items_max: count.max(1_000_000).default(DEFAULT_INTAKE_LIMITS.itemsMax).describe('Requests of one batch.'),
  body_mib_max: count
    .max(2_048)
    .default(DEFAULT_INTAKE_LIMITS.bodyBytesMax / MIB)
    .describe('MiB of the body of one create.'),
  item_mib_max: count
    .max(64)
    .default(DEFAULT_INTAKE_LIMITS.itemBytesMax / MIB)
    .describe('MiB of one request.'),
  window_seconds_min: count
    .max(DAY_SECONDS)
    .default(DEFAULT_INTAKE_LIMITS.windowSecondsMin)
    .describe('The shortest time that a batch may be given.'),
  window_seconds_max: count
    .max(7 * DAY_SECONDS)
    .default(DEFAULT_INTAKE_LIMITS.windowSecondsMax)
    .describe('The longest, which a batch has where it asks for none.'),
  output_tokens_assumed: count
    .max(1_000_000)
    .default(DEFAULT_INTAKE_LIMITS.outputTokensAssumed)
    .describe('Money is set aside for so many tokens where a request does not limit its answer.'),
  answer_mib_max: count
    .max(64)
    .default(DEFAULT_EXECUTE_LIMITS.answerBytesMax / MIB)
    .describe('A longer answer of a provider is a failed attempt.'),
  stop_drain_seconds: z
    .int()
    .min(0)
    .max(DAY_SECONDS)
    .default(DEFAULT_EXECUTE_LIMITS.stopDrainMs / 1_000)
    .describe('Time for calls in flight when their batch is stopped.'),
  disk_free_mib_min: z
    .int()
    .min(0)
    .default(DEFAULT_EXECUTE_LIMITS.diskFreeBytesMin / MIB)
    .describe('Nothing is sent while the disk has less room.'),
  retention_days: z
    .number()
    .positive()
    .max(3_650)
    .default(DEFAULT_RETENTION_MS / DAY_MS)
    .describe('Days that a batch, its input and its results are kept after its end.'),
  long_poll_seconds: z
    .number()
    .min(0)
    .max(300)
    .default(DEFAULT_LONG_POLL_MS / 1_000)
    .describe('A GET of a running batch waits so long where the client says nothing else.'),
  interactive_wait_seconds: z
    .number()
    .min(0)
    .max(3_600)
    .default(DEFAULT_EXECUTE_LIMITS.interactiveWaitMs / 1_000)
    .describe('A real-time call waits so long for a deployment, tries at others included.'),
  flex_wait_seconds: z
    .number()
    .min(0)
    .max(DAY_SECONDS)
    .default(DEFAULT_EXECUTE_LIMITS.flexWaitMs / 1_000)
    .describe('The same for a call at the batch price, which waits its turn among the batches.'),
  files: filesSchema.prefault({}).describe('Uploaded files.'),
  message_batches: messageBatchesSchema.prefault({}).describe("Batches in Anthropic's dialect."),
  connections: connectionsSchema.prefault({}).describe('What connections of clients may take up.'),
})

const PROVIDER_NAME = { pattern: /^[A-Za-z0-9_.-]{1,64}$/, allowed: '1 to 64 of A-Z a-z 0-9 _ . -' }
const PRESET_NAME = { pattern: /^[a-z][a-z0-9_]{0,63}$/, allowed: 'a-z, then at most 63 of a-z 0-9 _' }

export const fileSchema = members({
  server: serverSchema.prefault({}).describe('Where and how the server runs.'),
  providers: namedBy(PROVIDER_NAME, providerSchema)
    .default({})
    .describe('Where models are run, each under one key. Deployments name them.'),
  deployments: z
    .array(deploymentSchema)
    .optional()
    .describe(
      'Which model runs at which provider. Several of one model, in several regions or under several keys, ' +
        'share its requests by weight and stand in for each other. Without the list: each maker whose key is ' +
        'in the environment.',
    ),
  models: namedBy(ANY_NAME, modelSchema)
    .default({})
    .describe(
      'Models that clients may ask for, beside those that Sheepfold brings; one of the same name replaces it.',
    ),
  costs: namedBy(ANY_NAME, z.union([costSchema, z.array(costSchema).min(1)]))
    .default({})
    .describe(
      'Books of what providers take, beside those that Sheepfold brings: one entry, or a list of them with times.',
    ),
  presets: namedBy(PRESET_NAME, presetSchema)
    .default({})
    .describe('What `task` in a batch names, beside those that Sheepfold brings.'),
  webhooks: webhooksSchema
    .prefault({})
    .describe('Where events of batches may be sent, and for how long that is tried.'),
  translation: translationSchema
    .prefault({})
    .describe('Requests in a format that no deployment of their model speaks.'),
  limits: limitsSchema
    .prefault({})
    .describe('Nothing is cut to fit: what exceeds a limit is refused with its number.'),
})

export type ConfigFile = z.output<typeof fileSchema>
export type FileDeployment = NonNullable<ConfigFile['deployments']>[number]

/** Numbers in these sections that are money, under these names: they are read as they are written. */
const PRICED_SECTIONS: ReadonlySet<string | number | undefined> = new Set(['models', 'costs'])
const PRICE_NAMES: ReadonlySet<string | number | undefined> = new Set([
  'list_price',
  'batch_price',
  'list',
  'batch',
  'input',
  'cached_input',
  'cache_write',
  'cache_write_1h',
  'output',
])

export const isPrice = (path: ReadonlyArray<string | number>): boolean =>
  PRICED_SECTIONS.has(path[0]) && PRICE_NAMES.has(path.at(-1))
