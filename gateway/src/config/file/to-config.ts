import type { CostEntry } from '../../money/cost-book.ts'
import type { Hours } from '../../money/hours.ts'
import { flatPrices, type SellPrice, type TokenPrices } from '../../money/price.ts'
import type { Deployment } from '../../provider/deployment.ts'
import type { CatalogueModel } from '../catalogue.ts'
import type { Config } from '../config.ts'
import { OWN_SERVER_BOOK } from '../costs/default-costs.ts'
import { configOf } from '../default-config.ts'
import { environmentDeployments } from '../default-deployments.ts'
import { defaultDeploymentLimits } from '../default-limits.ts'
import type { Environment } from '../environment.ts'
import type { Preset } from '../presets.ts'
import { defaultBaseUrl } from '../protocols.ts'
import { publicUrlFrom } from '../public-url.ts'
import type { ConfigFile, FileDeployment } from './schema.ts'

/** A checked file as the server takes it: over what we bring, with keys from the environment. */
export const configFrom = (file: ConfigFile, env: Environment): Config => {
  const base = configOf([])
  const catalogue = new Map([...base.catalogue, ...Object.entries(file.models).map(catalogueEntry)])
  return {
    ...base,
    catalogue,
    deployments:
      file.deployments?.map((each) => deploymentOf(each, file, catalogue, env)) ??
      environmentDeployments(env, [...catalogue.values()]),
    costBooks: new Map([...base.costBooks, ...Object.entries(file.costs).map(bookOf)]),
    presets: { ...base.presets, ...mapped(file.presets, presetOf) },
    logLevel: file.server.log_level,
    openMetrics: file.server.open_metrics,
    publicUrl: publicUrlFrom(env, file.server.public_url),
    webhooks: {
      ...base.webhooks,
      allowPrivateNetworks: file.webhooks.allow_private_networks,
      allowedHosts: file.webhooks.allowed_hosts,
      timeoutMs: file.webhooks.timeout_seconds * 1_000,
      retryMs: file.webhooks.retry_hours * HOUR_MS,
    },
    translation: {
      lossy: file.translation.lossy,
      media: {
        bytesMax: file.translation.media.mib_max * MIB,
        timeoutMs: file.translation.media.timeout_seconds * 1_000,
        redirectsMax: file.translation.media.redirects_max,
        keptBytesMax: file.translation.media.kept_mib_max * MIB,
      },
    },
    ...limitsFrom(file.limits, base),
  }
}

const MIB = 1_048_576
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

const limitsFrom = (
  limits: ConfigFile['limits'],
  base: Config,
): Pick<
  Config,
  'intake' | 'execute' | 'files' | 'messageBatches' | 'retentionMs' | 'longPollMs' | 'connections'
> => ({
  intake: {
    ...base.intake,
    itemsMax: limits.items_max,
    bodyBytesMax: limits.body_mib_max * MIB,
    itemBytesMax: limits.item_mib_max * MIB,
    windowSecondsMin: limits.window_seconds_min,
    windowSecondsMax: limits.window_seconds_max,
    outputTokensAssumed: limits.output_tokens_assumed,
  },
  execute: {
    ...base.execute,
    answerBytesMax: limits.answer_mib_max * MIB,
    stopDrainMs: limits.stop_drain_seconds * 1_000,
    diskFreeBytesMin: limits.disk_free_mib_min * MIB,
    interactiveWaitMs: limits.interactive_wait_seconds * 1_000,
    flexWaitMs: limits.flex_wait_seconds * 1_000,
  },
  files: {
    ...base.files,
    bytesMax: limits.files.mib_max * MIB,
    linesMax: limits.files.lines_max,
    lineBytesMax: limits.files.line_mib_max * MIB,
    retentionMs: Math.round(limits.files.retention_days * DAY_MS),
  },
  messageBatches: {
    requestsMax: limits.message_batches.requests_max,
    bytesMax: limits.message_batches.mib_max * MIB,
    requestBytesMax: limits.message_batches.request_mib_max * MIB,
  },
  retentionMs: Math.round(limits.retention_days * DAY_MS),
  longPollMs: limits.long_poll_seconds * 1_000,
  connections: {
    max: limits.connections.max,
    headersMs: limits.connections.headers_seconds_max * 1_000,
    requestMs: limits.connections.request_seconds_max * 1_000,
    stalledMs: limits.connections.stalled_seconds_max * 1_000,
    keepAliveMs: limits.connections.keep_alive_seconds * 1_000,
  },
})

const catalogueEntry = ([id, model]: [string, ConfigFile['models'][string]]): [string, CatalogueModel] => {
  const sell = sellOf(model)
  const entry = {
    id,
    providerModel: model.provider_model,
    maker: model.maker,
    costBook: model.cost_book ?? model.provider_model,
    costFactorPercent: model.cost_factor_percent,
    ...(sell ? { sell } : {}),
  }
  return [id, entry]
}

const sellOf = ({ list_price, batch_price }: ConfigFile['models'][string]): SellPrice | undefined =>
  list_price === undefined || batch_price === undefined
    ? undefined
    : { list: tokenPrices(list_price), batch: tokenPrices(batch_price) }

type FilePrices = NonNullable<ConfigFile['models'][string]['list_price']>

const tokenPrices = (given: FilePrices): TokenPrices =>
  typeof given === 'bigint' ? flatPrices(given) : { ...pricesOfKinds(given), ...longInputOf(given) }

type FileKinds = Omit<Exclude<FilePrices, bigint>, 'long_input'>

const pricesOfKinds = (given: FileKinds): TokenPrices => {
  const { input, cached_input: cachedInput = input, cache_write: cacheWrite = input, output } = given
  const { cache_write_1h: cacheWrite1h } = given
  return { input, cachedInput, cacheWrite, ...(cacheWrite1h === undefined ? {} : { cacheWrite1h }), output }
}

const longInputOf = ({ long_input: given }: Exclude<FilePrices, bigint>): Pick<TokenPrices, 'longInput'> =>
  given === undefined ? {} : { longInput: { aboveTokens: given.above_tokens, prices: pricesOfKinds(given) } }

type FileCost = Exclude<ConfigFile['costs'][string], readonly unknown[]>

const bookOf = ([name, book]: [string, ConfigFile['costs'][string]]): [string, CostEntry[]] => [
  name,
  (Array.isArray(book) ? book : [book]).map(costOf),
]

const costOf = ({ from, until, hours, list, batch = list, source, checked_on }: FileCost): CostEntry => ({
  list: tokenPrices(list),
  batch: tokenPrices(batch),
  source,
  ...(checked_on === undefined ? {} : { checkedOn: checked_on }),
  ...(from === undefined ? {} : { from }),
  ...(until === undefined ? {} : { until }),
  ...(hours === undefined ? {} : { hours: hoursOf(hours) }),
})

const hoursOf = (given: NonNullable<FileCost['hours']>): Hours => ({
  utcOffsetMinutes: given.utc_offset_minutes,
  weekdays: new Set(given.weekdays),
  except: new Set(given.except),
  spans: given.spans,
})

const deploymentOf = (
  given: FileDeployment,
  file: ConfigFile,
  catalogue: ReadonlyMap<string, CatalogueModel>,
  env: Environment,
): Deployment => {
  const { id, model, weight } = given
  const sold = catalogue.get(model)
  const { protocol = 'openai', base_url, api_key_env } = endpointOf(given, file)
  const apiKey = api_key_env === undefined ? undefined : env[api_key_env]
  const baseUrl = base_url ?? defaultBaseUrl(protocol)
  if (!sold || !apiKey || baseUrl === undefined)
    throw new Error(`the deployment ${id} was not checked: its model, its key or its address is missing`)
  return {
    id,
    model,
    provider: protocol,
    providerModel: given.provider_model ?? sold.providerModel,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    apiKey,
    ...(given.region === undefined ? {} : { region: given.region }),
    weight,
    costBook: given.cost_book ?? (protocol === 'compatible' ? OWN_SERVER_BOOK : sold.costBook),
    limits: limitsOf(given.limits, defaultDeploymentLimits(protocol)),
    outputTokensDefault: given.output_tokens_default,
  }
}

/** A deployment's own, or that of the provider that it names. */
export const endpointOf = (
  given: FileDeployment,
  { providers }: ConfigFile,
): Pick<FileDeployment, 'protocol' | 'base_url' | 'api_key_env'> =>
  (given.provider === undefined ? undefined : providers[given.provider]) ?? given

const limitsOf = (given: FileDeployment['limits'], defaults: Deployment['limits']): Deployment['limits'] => ({
  ...defaults,
  concurrencyMax: given.concurrency_max,
  concurrencyInitial:
    given.concurrency_initial ?? Math.min(given.concurrency_max, defaults.concurrencyInitial),
  ...(given.requests_per_minute === undefined ? {} : { requestsPerMinute: given.requests_per_minute }),
  ...(given.tokens_per_minute === undefined ? {} : { tokensPerMinute: given.tokens_per_minute }),
  interactiveShare: given.interactive_share,
  firstByteMsMax: given.first_byte_seconds_max * 1_000,
  ...(given.total_seconds_max === undefined ? {} : { totalMsMax: given.total_seconds_max * 1_000 }),
})

const presetOf = (given: ConfigFile['presets'][string], name: string): Preset => {
  const { description, system, options, answer_schema: schema, answer_schema_strict: strict } = given
  if (schema === undefined) return { description, system, options }
  const response_format = { type: 'json_schema', json_schema: { name, strict, schema } }
  return { description, system, options: { ...options, response_format } }
}

const mapped = <From, To>(
  entries: Readonly<Record<string, From>>,
  change: (entry: From, name: string) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, change(entry, name)]))
