import { isObject } from '../../intake/faults.ts'
import { optionsProblem } from '../../intake/native/options.ts'
import { DEFAULT_CATALOGUE } from '../catalogue.ts'
import { DEFAULT_COSTS } from '../costs/default-costs.ts'
import type { Environment } from '../environment.ts'
import type { FaultAt, Path } from './fault.ts'
import { didYouMean } from './nearest.ts'
import type { ConfigFile, FileDeployment } from './schema.ts'

/** Names that may be referred to: those that we bring, and those of the file, faulty entries included. */
export interface KnownNames {
  readonly models: readonly string[]
  readonly providers: readonly string[]
  readonly costs: readonly string[]
}

export const knownNames = (raw: unknown): KnownNames => {
  const named = (section: string): string[] => {
    const entries = isObject(raw) ? raw[section] : undefined
    return isObject(entries) ? Object.keys(entries) : []
  }
  return {
    models: [...new Set([...DEFAULT_CATALOGUE.map(({ id }) => id), ...named('models')])],
    providers: named('providers'),
    costs: [...new Set([...DEFAULT_COSTS.keys(), ...named('costs')])],
  }
}

/** An entry of the file and the place where it stands there. */
export interface Placed<Entry> {
  readonly path: Path
  readonly entry: Entry
}

/** What is wrong between entries that are right for themselves. Without an environment, keys are not looked for. */
export const referenceFaults = (
  file: ConfigFile,
  deployments: ReadonlyArray<Placed<FileDeployment>>,
  names: KnownNames,
  env: Environment | undefined,
): FaultAt[] => [
  ...Object.entries(file.providers).flatMap(([name, provider]) => [
    ...keyFaults(['providers', name, 'api_key_env'], provider.api_key_env, env),
    ...addressFaults(['providers', name], provider),
  ]),
  ...repeatedIds(deployments),
  ...deployments.flatMap((each) => deploymentFaults(each, names, env)),
  ...Object.entries(file.models).flatMap(([id, model]) => modelFaults(['models', id], model, names)),
  ...unpriced(file, deployments, names),
  ...Object.entries(file.costs).flatMap(([name, book]) => bookFaults(['costs', name], book)),
  ...Object.entries(file.presets).flatMap(([name, preset]) => presetFaults(['presets', name], preset)),
  ...windowFaults(file.limits),
]

const noSuch = (what: string, name: string, names: readonly string[]): string => {
  const there = names.length === 0 ? 'there is none yet' : `there are ${names.join(', ')}`
  return `there is no ${what} "${name}".${didYouMean(name, names)} In all, ${there}`
}

const keyFaults = (path: Path, variable: string | undefined, env: Environment | undefined): FaultAt[] =>
  variable === undefined || env === undefined || env[variable]
    ? []
    : [{ path, message: `the environment variable ${variable} is not set; it holds the provider's key` }]

const addressFaults = (
  path: Path,
  { protocol, base_url }: Pick<FileDeployment, 'protocol' | 'base_url'>,
): FaultAt[] => {
  if (protocol !== 'compatible' || base_url !== undefined) return []
  const message = 'needs base_url: a compatible server has no address that could be known'
  return [{ path: [...path, 'protocol'], message }]
}

/** What a gate learnt is kept under the id of its deployment: two of one id would overwrite each other. */
const repeatedIds = (deployments: ReadonlyArray<Placed<FileDeployment>>): FaultAt[] => {
  const seen = new Set<string>()
  return deployments.flatMap(({ path, entry: { id } }) => {
    if (!seen.has(id)) {
      seen.add(id)
      return []
    }
    return [
      { path: [...path, 'id'], message: `must be another one for each deployment; "${id}" was given before` },
    ]
  })
}

const deploymentFaults = (
  { path, entry }: Placed<FileDeployment>,
  names: KnownNames,
  env: Environment | undefined,
): FaultAt[] => {
  const { model, provider, cost_book, api_key_env, limits } = entry
  const max = limits.concurrency_max
  return [
    ...(names.models.includes(model)
      ? []
      : [{ path: [...path, 'model'], message: noSuch('model', model, names.models) }]),
    ...(provider === undefined || names.providers.includes(provider)
      ? []
      : [{ path: [...path, 'provider'], message: noSuch('provider', provider, names.providers) }]),
    ...endpointFaults(path, entry),
    ...addressFaults(path, entry),
    ...keyFaults([...path, 'api_key_env'], api_key_env, env),
    ...bookFault(path, cost_book, names),
    // Not clamped in silence.
    ...((limits.concurrency_initial ?? 0) <= max
      ? []
      : [
          {
            path: [...path, 'limits', 'concurrency_initial'],
            message: `must be at most concurrency_max, which is ${max}`,
          },
        ]),
  ]
}

const endpointFaults = (path: Path, entry: FileDeployment): FaultAt[] => {
  const own = (['protocol', 'base_url', 'api_key_env'] as const).filter((name) => entry[name] !== undefined)
  const message = 'give either provider, or api_key_env with base_url: where it is and which key it uses'
  if (entry.provider === undefined) return entry.api_key_env === undefined ? [{ path, message }] : []
  return own.map((name) => ({ path: [...path, name], message: `${message}; provider is given` }))
}

const bookFault = (path: Path, book: string | undefined, { costs }: KnownNames): FaultAt[] =>
  book === undefined || costs.includes(book)
    ? []
    : [{ path: [...path, 'cost_book'], message: noSuch('book of costs', book, costs) }]

const modelFaults = (path: Path, model: ConfigFile['models'][string], names: KnownNames): FaultAt[] => {
  const isHalf = (model.list_price === undefined) !== (model.batch_price === undefined)
  const message = 'give list_price and batch_price, or neither: then it is sold at its cost'
  return [...(isHalf ? [{ path, message }] : []), ...bookFault(path, model.cost_book, names)]
}

/** Every batch for such a model would be refused. */
const unpriced = (
  file: ConfigFile,
  deployments: ReadonlyArray<Placed<FileDeployment>>,
  names: KnownNames,
): FaultAt[] => {
  const served = new Set(deployments.map(({ entry }) => entry.model))
  return Object.entries(file.models).flatMap(([id, { list_price, cost_book, provider_model }]) => {
    const book = cost_book ?? provider_model
    if (
      !served.has(id) ||
      list_price !== undefined ||
      cost_book !== undefined ||
      names.costs.includes(book)
    ) {
      return []
    }
    const message = `cannot be sold: give list_price and batch_price, or what "${book}" costs under costs`
    return [{ path: ['models', id], message }]
  })
}

const bookFaults = (path: Path, book: ConfigFile['costs'][string]): FaultAt[] => {
  const entries = Array.isArray(book) ? book : [book]
  const spans = entries.map((entry, place) => ({
    path: Array.isArray(book) ? [...path, place] : path,
    hasHours: entry.hours !== undefined,
    from: entry.from ?? Number.NEGATIVE_INFINITY,
    until: entry.until ?? Number.POSITIVE_INFINITY,
  }))
  return spans.flatMap((span, place) => {
    if (span.from >= span.until)
      return [{ path: span.path, message: 'must begin (from) before it ends (until)' }]
    // One with hours of its own leaves the others to those behind it.
    const other = spans
      .slice(0, place)
      .findIndex(({ hasHours, from, until }) => !hasHours && from < span.until && span.from < until)
    if (other === -1) return []
    return [{ path: span.path, message: `is in force at the same time as entry ${other} of the book` }]
  })
}

const presetFaults = (path: Path, preset: ConfigFile['presets'][string]): FaultAt[] => {
  const { options, answer_schema } = preset
  const problem = optionsProblem(options, 'options')
  const faults: FaultAt[] = problem
    ? [{ path: [...path, ...problem.field.split('.')], message: problem.message }]
    : []
  if (answer_schema === undefined) return faults
  if (options.response_format !== undefined) {
    const message = 'excludes options.response_format, which it is sent as: give one of them'
    faults.push({ path: [...path, 'answer_schema'], message })
  }
  if (answer_schema.type !== 'object') {
    faults.push({
      path: [...path, 'answer_schema'],
      message: 'must have "type: object": providers take no other',
    })
  }
  return faults
}

const windowFaults = (limits: ConfigFile['limits']): FaultAt[] =>
  limits.window_seconds_min <= limits.window_seconds_max
    ? []
    : [
        {
          path: ['limits', 'window_seconds_min'],
          message: `must be at most window_seconds_max, which is ${limits.window_seconds_max}`,
        },
      ]
