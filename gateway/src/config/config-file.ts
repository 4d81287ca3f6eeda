import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { parseUsd } from '../money/nano.ts'
import { flatPrices, type SellPrice } from '../money/price.ts'
import type { Deployment } from '../provider/deployment.ts'
import type { CatalogueModel } from './catalogue.ts'
import type { Config } from './config.ts'
import { configOf, environmentDeployments } from './default-config.ts'
import { DEFAULT_DEPLOYMENT_LIMITS } from './default-limits.ts'

/** An object without other members; one that is misspelt is answered with the names that there are. */
const members = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `there is no ${issue.keys.join(', ')}; there are ${Object.keys(shape).join(', ')}`
        : undefined,
  })

const AN_AMOUNT = 'must be an amount in USD such as 2.00'

const usd = z
  .union([z.string(), z.number()], AN_AMOUNT)
  .transform((value) => parseUsd(String(value)))
  .refine((amount) => amount !== undefined, AN_AMOUNT)
  .transform((amount) => amount ?? 0n)

const count = z.int().positive()

const modelSchema = members({
  provider_model: z.string().min(1),
  maker: z.enum(['openai', 'anthropic', 'gemini', 'deepseek']).default('openai'),
  cost_book: z.string().min(1).optional(),
  cost_factor_percent: count.optional(),
  /** USD per million tokens, for input and output alike. */
  list_price: usd.optional(),
  batch_price: usd.optional(),
})

const deploymentSchema = members({
  id: z.string().regex(/^[A-Za-z0-9_./-]{1,100}$/, 'must be 1 to 100 of the characters A-Z a-z 0-9 _ . / -'),
  model: z.string().min(1),
  provider: z.literal('openai').default('openai'),
  base_url: z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' }),
  /** The name of the environment variable that holds the key: a key has no place in a file. */
  api_key_env: z.string().min(1),
  provider_model: z.string().min(1).optional(),
  weight: z.number().min(0).default(1),
  cost_book: z.string().min(1).optional(),
  limits: members({
    concurrency_max: count,
    concurrency_initial: count,
    requests_per_minute: count,
    tokens_per_minute: count,
    first_byte_seconds_max: z.number().positive(),
    total_seconds_max: z.number().positive(),
  })
    .partial()
    .superRefine((limits, context) => {
      const max = limits.concurrency_max ?? DEFAULT_DEPLOYMENT_LIMITS.concurrencyMax
      if ((limits.concurrency_initial ?? 0) <= max) return
      const message = `must be at most concurrency_max, which is ${max}`
      context.addIssue({ code: 'custom', path: ['concurrency_initial'], message })
    })
    .default({}),
})

/** What a gate learnt is kept under the id of its deployment: two of one id would overwrite each other. */
const deploymentsSchema = z.array(deploymentSchema).superRefine((deployments, context) => {
  const seen = new Set<string>()
  for (const [place, { id }] of deployments.entries()) {
    const message = `must be another one for each deployment; ${id} was given before`
    if (seen.has(id)) context.addIssue({ code: 'custom', path: [place, 'id'], message })
    seen.add(id)
  }
})

/** Members under names of the operator's own. */
const mapOf = <Value extends z.ZodType>({ name, allowed }: { name: RegExp; allowed: string }, value: Value) =>
  z.record(z.string().regex(name), value, {
    error: (issue) => (issue.code === 'invalid_key' ? `is no name; it must be ${allowed}` : undefined),
  })

const MODEL_NAME = { name: /./, allowed: 'at least one character' }
const PRESET_NAME = { name: /^[a-z][a-z0-9_]{0,63}$/, allowed: 'a-z, then at most 63 of a-z 0-9 _' }

const fileSchema = members({
  models: mapOf(MODEL_NAME, modelSchema).default({}),
  deployments: deploymentsSchema.optional(),
  presets: mapOf(
    PRESET_NAME,
    members({
      description: z.string().default(''),
      system: z.string().default(''),
      options: z.record(z.string(), z.unknown()).default({}),
    }),
  ).default({}),
  limits: members({
    items_max: count.max(1_000_000),
    body_mib_max: count.max(2_048),
    item_mib_max: count.max(64),
    disk_free_mib_min: z.int().min(0),
    retention_days: z.number().positive().max(3_650),
    window_seconds_min: count.max(86_400),
    long_poll_seconds: z.number().min(0).max(300),
  })
    .partial()
    .default({}),
})

type ConfigFile = z.infer<typeof fileSchema>

/** A file of configuration (YAML, or JSON, which is YAML too), read and checked as a whole. */
export const readConfigFile = (path: string, env: Readonly<Record<string, string | undefined>>): Config =>
  configOfText(readFileSync(path, 'utf8'), path, env)

export const configOfText = (
  text: string,
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): Config => {
  const document = parseDocument(text)
  const [fault] = document.errors
  if (fault) throw new Error(`${name}: ${fault.message}`)
  const checked = fileSchema.safeParse(document.toJS() ?? {})
  if (!checked.success) {
    const lines = checked.error.issues.map(
      (issue) => `  ${issue.path.join('.') || '(top)'}: ${issue.message}`,
    )
    throw new Error(`${name} is not a valid configuration:\n${lines.join('\n')}`)
  }
  return withFile(checked.data, env)
}

const MIB = 1_048_576
const DAY_MS = 86_400_000

const withFile = (file: ConfigFile, env: Readonly<Record<string, string | undefined>>): Config => {
  const base = configOf([])
  const catalogue = new Map([...base.catalogue, ...Object.entries(file.models).map(catalogueEntry)])
  const { limits } = file
  return {
    ...base,
    catalogue,
    deployments:
      file.deployments?.map((each) => deploymentOf(each, catalogue, env)) ?? environmentDeployments(env),
    presets: { ...base.presets, ...file.presets },
    intake: {
      ...base.intake,
      itemsMax: limits.items_max ?? base.intake.itemsMax,
      bodyBytesMax: mib(limits.body_mib_max) ?? base.intake.bodyBytesMax,
      itemBytesMax: mib(limits.item_mib_max) ?? base.intake.itemBytesMax,
      windowSecondsMin: limits.window_seconds_min ?? base.intake.windowSecondsMin,
    },
    execute: {
      ...base.execute,
      diskFreeBytesMin: mib(limits.disk_free_mib_min) ?? base.execute.diskFreeBytesMin,
    },
    retentionMs:
      limits.retention_days === undefined ? base.retentionMs : Math.round(limits.retention_days * DAY_MS),
    longPollMs: limits.long_poll_seconds === undefined ? base.longPollMs : limits.long_poll_seconds * 1_000,
  }
}

const mib = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * MIB)

const catalogueEntry = ([id, model]: [string, ConfigFile['models'][string]]): [string, CatalogueModel] => {
  const sell = sellOf(id, model)
  return [
    id,
    {
      id,
      providerModel: model.provider_model,
      maker: model.maker,
      costBook: model.cost_book ?? model.provider_model,
      costFactorPercent: model.cost_factor_percent ?? 100,
      ...(sell ? { sell } : {}),
    },
  ]
}

const sellOf = (id: string, model: ConfigFile['models'][string]): SellPrice | undefined => {
  const { list_price: list, batch_price: batch } = model
  if (list === undefined && batch === undefined) return undefined
  if (list === undefined || batch === undefined) {
    throw new Error(`models.${id}: give list_price and batch_price, or neither: then it is sold at its cost`)
  }
  return { list: flatPrices(list), batch: flatPrices(batch) }
}

const deploymentOf = (
  given: NonNullable<ConfigFile['deployments']>[number],
  catalogue: ReadonlyMap<string, CatalogueModel>,
  env: Readonly<Record<string, string | undefined>>,
): Deployment => {
  const model = catalogue.get(given.model)
  if (!model) {
    const known = [...catalogue.keys()].join(', ')
    throw new Error(`deployments: ${given.id} serves the model "${given.model}"; there are ${known}`)
  }
  const apiKey = env[given.api_key_env]
  if (!apiKey)
    throw new Error(`deployments: ${given.id} takes its key from ${given.api_key_env}, which is not set`)
  return {
    id: given.id,
    model: given.model,
    provider: given.provider,
    providerModel: given.provider_model ?? model.providerModel,
    baseUrl: given.base_url.replace(/\/+$/, ''),
    apiKey,
    weight: given.weight,
    costBook: given.cost_book ?? model.costBook,
    limits: limitsOf(given.limits),
  }
}

const limitsOf = (given: NonNullable<ConfigFile['deployments']>[number]['limits']): Deployment['limits'] => {
  const base = DEFAULT_DEPLOYMENT_LIMITS
  const concurrencyMax = given.concurrency_max ?? base.concurrencyMax
  return {
    ...base,
    concurrencyMax,
    concurrencyInitial: given.concurrency_initial ?? Math.min(concurrencyMax, base.concurrencyInitial),
    ...(given.requests_per_minute === undefined ? {} : { requestsPerMinute: given.requests_per_minute }),
    ...(given.tokens_per_minute === undefined ? {} : { tokensPerMinute: given.tokens_per_minute }),
    firstByteMsMax: (given.first_byte_seconds_max ?? base.firstByteMsMax / 1_000) * 1_000,
    totalMsMax: (given.total_seconds_max ?? base.totalMsMax / 1_000) * 1_000,
  }
}
