import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config.ts'
import type { ServerSettings } from './loaded-config.ts'

/** What is another between two configurations, a line for each part: `deployments: added eu; removed us`. */
export const configDifference = (before: Config, after: Config): string[] => [
  ...entriesDifference('deployments', byId(before.deployments), byId(after.deployments)),
  ...entriesDifference('models', before.catalogue, after.catalogue),
  ...entriesDifference('costs', before.costBooks, after.costBooks),
  ...entriesDifference('presets', mapOf(before.presets), mapOf(after.presets)),
  ...entriesDifference('limits', limitsOf(before), limitsOf(after)),
  ...entriesDifference('webhooks', mapOf(before.webhooks), mapOf(after.webhooks)),
  ...entriesDifference('translation', translationOf(before), translationOf(after)),
  ...(before.logLevel === after.logLevel ? [] : [`log level: ${after.logLevel}`]),
  ...(before.publicUrl === after.publicUrl ? [] : [`public url: ${after.publicUrl ?? 'none'}`]),
  ...(before.openMetrics === after.openMetrics ? [] : [`open metrics: ${after.openMetrics ? 'yes' : 'no'}`]),
]

/** The settings that are another and hold only after a restart, by their names in a file. */
export const needsRestart = (before: ServerSettings, after: ServerSettings): string[] =>
  (
    [
      ['server.host', before.host, after.host],
      ['server.port', before.port, after.port],
      ['server.data', before.dataDir, after.dataDir],
    ] as const
  ).flatMap(([name, was, is]) => (was === is ? [] : [name]))

const byId = (entries: Config['deployments']): ReadonlyMap<string, unknown> =>
  new Map(entries.map((entry) => [entry.id, entry]))

const mapOf = (entries: object): ReadonlyMap<string, unknown> => new Map(Object.entries(entries))

const translationOf = ({ translation: { media, ...rest } }: Config): ReadonlyMap<string, unknown> =>
  new Map([...mapOf(rest), ...[...mapOf(media)].map(([name, value]) => [`media.${name}`, value] as const)])

const limitsOf = ({
  intake,
  execute,
  files,
  messageBatches,
  retentionMs,
  longPollMs,
  connections,
}: Config): ReadonlyMap<string, unknown> =>
  new Map([
    ...mapOf(intake),
    ...mapOf(execute),
    ...[...mapOf(files)].map(([name, value]) => [`files.${name}`, value] as const),
    ...[...mapOf(messageBatches)].map(([name, value]) => [`messageBatches.${name}`, value] as const),
    ...[...mapOf(connections)].map(([name, value]) => [`connections.${name}`, value] as const),
    ['retentionMs', retentionMs],
    ['longPollMs', longPollMs],
  ])

const entriesDifference = (
  what: string,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): string[] => {
  const added = [...after.keys()].filter((name) => !before.has(name))
  const removed = [...before.keys()].filter((name) => !after.has(name))
  const changed = [...after].filter(
    ([name, value]) => before.has(name) && !isDeepStrictEqual(before.get(name), value),
  )
  const parts = [
    ['added', added],
    ['removed', removed],
    ['changed', changed.map(([name]) => name)],
  ] as const
  const told = parts
    .filter(([, names]) => names.length > 0)
    .map(([verb, names]) => `${verb} ${names.join(', ')}`)
  return told.length === 0 ? [] : [`${what}: ${told.join('; ')}`]
}
