import { resolve } from 'node:path'
import { stringify } from 'yaml'
import type { CostEntry } from '../../money/cost-book.ts'
import type { Hours } from '../../money/hours.ts'
import { formatUsd } from '../../money/nano.ts'
import type { TokenPrices } from '../../money/price.ts'
import { pricesJson } from '../../money/prices-json.ts'
import type { Deployment } from '../../provider/deployment.ts'
import type { CatalogueModel } from '../catalogue.ts'
import type { Config } from '../config.ts'
import type { LoadedConfig } from '../loaded-config.ts'

/** In the words of a configuration file: written to one, it means the same. */
type ShownConfig = Readonly<Record<string, unknown>>

/** The whole configuration with defaults filled in. Of keys it has the names of their variables alone. */
export const shownConfig = ({ config, server, keyNames }: LoadedConfig): ShownConfig => ({
  server: {
    host: server.host,
    port: server.port,
    // Absolute: it is shown for wherever it may be written to.
    data: resolve(server.dataDir),
    log_level: config.logLevel,
    drain_seconds: server.drainSeconds,
    open_metrics: config.openMetrics,
    ...(config.publicUrl === undefined ? {} : { public_url: config.publicUrl }),
  },
  deployments: config.deployments.map((each) => shownDeployment(each, keyNames.get(each.id) ?? '')),
  models: entriesOf(config.catalogue, shownModel),
  costs: entriesOf(config.costBooks, (book) => book.map(shownCost)),
  presets: config.presets,
  webhooks: {
    allow_private_networks: config.webhooks.allowPrivateNetworks,
    allowed_hosts: config.webhooks.allowedHosts,
    timeout_seconds: config.webhooks.timeoutMs / 1_000,
    retry_hours: config.webhooks.retryMs / 3_600_000,
  },
  translation: {
    lossy: config.translation.lossy,
    media: {
      mib_max: config.translation.media.bytesMax / MIB,
      timeout_seconds: config.translation.media.timeoutMs / 1_000,
      redirects_max: config.translation.media.redirectsMax,
      kept_mib_max: config.translation.media.keptBytesMax / MIB,
    },
  },
  limits: shownLimits(config),
})

export const shownYaml = (loaded: LoadedConfig): string => stringify(shownConfig(loaded), { lineWidth: 110 })

const MIB = 1_048_576
const DAY_MS = 86_400_000

const shownDeployment = (deployment: Deployment, keyName: string) => {
  const { id, model, provider, baseUrl, providerModel, region, weight, costBook, limits } = deployment
  return {
    id,
    model,
    protocol: provider,
    base_url: baseUrl,
    api_key_env: keyName,
    provider_model: providerModel,
    ...(region === undefined ? {} : { region }),
    weight,
    cost_book: costBook,
    output_tokens_default: deployment.outputTokensDefault,
    limits: {
      concurrency_max: limits.concurrencyMax,
      concurrency_initial: limits.concurrencyInitial,
      ...(limits.requestsPerMinute === undefined ? {} : { requests_per_minute: limits.requestsPerMinute }),
      ...(limits.tokensPerMinute === undefined ? {} : { tokens_per_minute: limits.tokensPerMinute }),
      interactive_share: limits.interactiveShare,
      first_byte_seconds_max: limits.firstByteMsMax / 1_000,
      total_seconds_max: limits.totalMsMax / 1_000,
    },
  }
}

const shownModel = ({ providerModel, maker, costBook, costFactorPercent, sell }: CatalogueModel) => ({
  provider_model: providerModel,
  maker,
  cost_book: costBook,
  cost_factor_percent: costFactorPercent,
  ...(sell ? { list_price: shownPrices(sell.list), batch_price: shownPrices(sell.batch) } : {}),
})

const shownCost = ({ from, until, hours, list, batch, source, checkedOn }: CostEntry) => ({
  ...(from === undefined ? {} : { from: written(from) }),
  ...(until === undefined ? {} : { until: written(until) }),
  ...(hours === undefined ? {} : { hours: shownHours(hours) }),
  list: shownPrices(list),
  batch: shownPrices(batch),
  source,
  ...(checkedOn === undefined ? {} : { checked_on: checkedOn }),
})

const shownHours = ({ utcOffsetMinutes, weekdays, except, spans }: Hours) => ({
  utc_offset_minutes: utcOffsetMinutes,
  weekdays: [...weekdays],
  except: [...except],
  spans: spans.map(({ from, until }) => ({ from: shownTime(from), until: shownTime(until) })),
})

const shownTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

// biome-ignore lint/style/noRestrictedGlobals: writes a time, reads no clock
const written = (ms: number): string => new Date(ms).toISOString()

const shownPrices = (prices: TokenPrices) => {
  const { input, cachedInput, cacheWrite, cacheWrite1h, output, longInput } = prices
  const isFlat =
    [cachedInput, cacheWrite, cacheWrite1h ?? cacheWrite, output].every((price) => price === input) &&
    longInput === undefined
  return isFlat ? formatUsd(input) : pricesJson(prices)
}

const shownLimits = ({
  intake,
  execute,
  files,
  messageBatches,
  retentionMs,
  longPollMs,
  connections,
}: Config) => ({
  items_max: intake.itemsMax,
  body_mib_max: intake.bodyBytesMax / MIB,
  item_mib_max: intake.itemBytesMax / MIB,
  window_seconds_min: intake.windowSecondsMin,
  window_seconds_max: intake.windowSecondsMax,
  output_tokens_assumed: intake.outputTokensAssumed,
  answer_mib_max: execute.answerBytesMax / MIB,
  stop_drain_seconds: execute.stopDrainMs / 1_000,
  disk_free_mib_min: execute.diskFreeBytesMin / MIB,
  retention_days: retentionMs / DAY_MS,
  long_poll_seconds: longPollMs / 1_000,
  interactive_wait_seconds: execute.interactiveWaitMs / 1_000,
  flex_wait_seconds: execute.flexWaitMs / 1_000,
  files: {
    mib_max: files.bytesMax / MIB,
    lines_max: files.linesMax,
    line_mib_max: files.lineBytesMax / MIB,
    retention_days: files.retentionMs / DAY_MS,
  },
  message_batches: {
    requests_max: messageBatches.requestsMax,
    mib_max: messageBatches.bytesMax / MIB,
    request_mib_max: messageBatches.requestBytesMax / MIB,
  },
  connections: {
    max: connections.max,
    headers_seconds_max: connections.headersMs / 1_000,
    request_seconds_max: connections.requestMs / 1_000,
    stalled_seconds_max: connections.stalledMs / 1_000,
    keep_alive_seconds: connections.keepAliveMs / 1_000,
  },
})

const entriesOf = <Value, Shown>(
  entries: ReadonlyMap<string, Value>,
  show: (value: Value) => Shown,
): Record<string, Shown> => Object.fromEntries([...entries].map(([name, value]) => [name, show(value)]))
