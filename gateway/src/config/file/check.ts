import { isObject } from '../../intake/faults.ts'
import type { Environment } from '../environment.ts'
import { ConfigError, type ConfigFault, type FaultAt, type Path, pathText } from './fault.ts'
import { faultsOf, words } from './issues.ts'
import { knownNames, type Placed, referenceFaults } from './references.ts'
import { type ConfigFile, type FileDeployment, fileSchema, isPrice } from './schema.ts'
import { readYaml, type YamlText } from './yaml-text.ts'

/**
 * Reads a file (YAML, or JSON, which is YAML too) and checks it as a whole.
 * @param env without it, the variables of keys are not looked for.
 * @throws ConfigError with every fault that there is.
 */
export const checkConfigFile = (
  bytes: Uint8Array,
  file: string,
  env: Environment | undefined,
): ConfigFile => {
  const text = readYaml(bytes, file, isPrice)
  const value = withoutEmpty(text.value)
  const whole = fileSchema.safeParse(value, { error: words, reportInput: true })
  const own = whole.success ? [] : whole.error.issues.flatMap((issue) => faultsOf(issue))
  const readable = whole.success ? whole.data : withoutFaulty(value, own)
  const between = readable
    ? referenceFaults(readable, placed(readable, value, own), knownNames(value), env)
    : []
  const faults = [...text.faults, ...[...own, ...between].map((fault) => located(fault, text))]
  if (faults.length > 0 || !whole.success) throw new ConfigError(file, faults.sort(byPlace))
  return whole.data
}

/**
 * A section of which everything is commented out is one that is not there. Not so the deployments: without
 * the list others would serve.
 */
const withoutEmpty = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter(([section, each]) => each !== null || section === 'deployments'),
      )
    : value

const byPlace = (one: ConfigFault, other: ConfigFault): number =>
  one.line - other.line || one.column - other.column

const located = ({ path, message, isName }: FaultAt, text: YamlText): ConfigFault => ({
  ...(isName ? text.placeOfKey(path) : text.placeOf(path)),
  path: pathText(path),
  message,
})

/** The entry that a fault lies in: the second step of a path, where its section has entries. */
const ENTRY_SECTIONS: ReadonlySet<unknown> = new Set([
  'providers',
  'deployments',
  'models',
  'costs',
  'presets',
])

const entryOf = (path: Path): Path => path.slice(0, ENTRY_SECTIONS.has(path[0]) ? 2 : 1)

/**
 * The file without the entries that have faults, so that the others can be held against each other: one
 * misspelt word must not hide what else is wrong.
 */
const withoutFaulty = (value: unknown, faults: readonly FaultAt[]): ConfigFile | undefined => {
  if (!isObject(value)) return undefined
  const left: Record<string, unknown> = { ...value }
  for (const { path } of faults) {
    const [section = '', entry] = entryOf(path)
    const entries = left[section]
    if (entry === undefined) delete left[section]
    else if (Array.isArray(entries))
      left[section] = entries.map((each, place) => (place === entry ? GONE : each))
    else if (isObject(entries)) left[section] = without(entries, String(entry))
  }
  if (Array.isArray(left.deployments)) left.deployments = left.deployments.filter((each) => each !== GONE)
  const checked = fileSchema.safeParse(left)
  return checked.success ? checked.data : undefined
}

/** In the place of a faulty element, so that those after it keep theirs until all are known. */
const GONE = Symbol('faulty')

const without = (entries: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(entries).filter(([each]) => each !== name))

/** The deployments that are left, each with its place in the file. */
const placed = (
  { deployments = [] }: ConfigFile,
  value: unknown,
  faults: readonly FaultAt[],
): Array<Placed<FileDeployment>> => {
  const all = isObject(value) && Array.isArray(value.deployments) ? value.deployments : []
  const faulty = new Set(faults.filter(({ path }) => path[0] === 'deployments').map(({ path }) => path[1]))
  const places = [...all.keys()].filter((place) => !faulty.has(place))
  return deployments.flatMap((entry, at) => {
    const place = places[at]
    return place === undefined ? [] : [{ path: ['deployments', place], entry }]
  })
}
