import { MAKERS } from '../protocols.ts'
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts'
import { fileSchema } from './schema.ts'
import { pricesByKind } from './words.ts'

/** The page of the manual that lists every setting; a test compares it with `docs/configuration.md`. */
export const configurationManual = (): string => {
  const settings = sections(jsonSchemaOf(fileSchema)).join('\n')
  const kinds = table(jsonSchemaOf(pricesByKind))
  return `${HEAD}\n${settings}\n${PRICES}\n${kinds}\n${TAIL}`
}

const HEAD = `# Configuration

<!-- Made from gateway/src/config/file/ by \`npm run manual\`. Change it there. -->

One file, \`sheepfold.yaml\`, holds what an installation decides. \`sheepfold serve\` reads the one of the
current folder, or the one that \`--config\` names, and says which; \`--no-config\` reads none. Everything has a
default: without a file, the key of one maker, such as \`OPENAI_API_KEY\`, is all it needs, and serves the models
of that maker. Flags and variables of the environment win over the file. Keys of providers are never in it: it
names the variables that hold them.

| command | does |
|---|---|
| \`sheepfold config init\` | writes a file to start from, and the schema that editors complete and check it with |
| \`sheepfold config check\` | finds everything that is wrong with it, each with line, column and what is allowed; ends with 0 or 1 |
| \`sheepfold config show\` | prints the effective configuration with defaults filled in, never a key |
| \`sheepfold config schema\` | prints the JSON schema alone |

A name that does not exist is an error, and so is a key given twice. Amounts of money are read as they are
written, to nine digits after the point. Anchors may share values; tags are not taken.

## Changing it while the server runs

\`kill -HUP\` makes the server read its file again. A file with an error changes nothing, and all its errors go
to stderr. A good one is taken over as a whole, and stdout says what became another:

- batches that run keep the price that they were sold at; costs are those of the time of each call;
- deployments that stay keep what they learnt and the calls in flight, within their new limits;
- those that went get no new call, and their calls in flight end as they would have;
- a batch whose model is served by none any more waits, says so (\`waiting.code\` is \`no_deployment\`), and goes on
  when one comes back;
- \`server.host\`, \`server.port\` and \`server.data\` hold only after a restart, and so do keys: a process has the
  environment that it was started with.

A server without a file ends at SIGHUP, as it does at SIGTERM.
`

const PRICES = `## Prices

An amount such as \`2\`, \`0.30\` or \`0.000000001\` is USD for a million tokens of every kind. A map gives one for
each kind:
`

const makerRows = (): string =>
  Object.entries(MAKERS)
    .map(([maker, { keyVariable, baseUrlVariable, versionAdded }]) => {
      const version = versionAdded === '' ? '' : `, to which \`${versionAdded}\` is added`
      return `| \`${keyVariable}\`, \`${baseUrlVariable}\` | key and address of \`${maker}\`, where no file lists deployments; the address may be left out${version} |`
    })
    .join('\n')

const TAIL = `## Variables of the environment

| variable | means |
|---|---|
${makerRows()}
| \`SHEEPFOLD_BOOTSTRAP_KEY\` | the first key of clients, instead of one that is made and printed |
| \`SHEEPFOLD_DATA\` | the data directory; wins over \`server.data\` |
| \`SHEEPFOLD_LOG_LEVEL\` | wins over \`server.log_level\` |
| \`SHEEPFOLD_PUBLIC_URL\` | wins over \`server.public_url\` |
`

/** A table for the top and for each map of settings below it, under the path that leads there. */
const sections = (schema: JsonSchema, path = ''): string[] => {
  const title = path === '' ? 'The whole file' : `\`${path}\``
  const below = entriesOf(schema).flatMap(([name, each]) => {
    const inner = settingsIn(each, path === '' ? name : `${path}.${name}`)
    return inner === undefined ? [] : sections(inner.schema, inner.path)
  })
  return [`## ${title}\n\n${table(schema)}`, ...below]
}

const table = (schema: JsonSchema): string => {
  const required = new Set(schema.required ?? [])
  const rows = entriesOf(schema).map(([name, each]) => row(name, each, required.has(name)))
  return ['| setting | type | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n')
}

const entriesOf = (schema: JsonSchema): Entry[] =>
  Object.entries(schema.properties ?? {}).filter(isSchemaEntry)

type Entry = [name: string, schema: JsonSchema]

const isSchemaEntry = (entry: [string, JsonSchema | boolean]): entry is Entry => typeof entry[1] === 'object'

/** The map of settings that a setting holds, in a list or under names of the operator's own. */
const settingsIn = (schema: JsonSchema, path: string): { schema: JsonSchema; path: string } | undefined => {
  if (schema.properties !== undefined) return { schema, path }
  const element = schema.items
  if (isSchema(element)) return settingsIn(element, `${path}[]`)
  const named = schema.additionalProperties
  if (isSchema(named)) return settingsIn(named, `${path}.<name>`)
  const [branch] = schema.anyOf ?? []
  return isSchema(branch) && branch.properties !== undefined ? { schema: branch, path } : undefined
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const row = (name: string, schema: JsonSchema, isRequired: boolean): string =>
  `| \`${name}\` | ${cell(typeOf(schema))} | ${isRequired ? '**required**' : cell(defaultOf(schema))} | ${cell(schema.description ?? '')} |`

const cell = (text: string): string => text.replaceAll('|', '\\|')

const defaultOf = (schema: JsonSchema): string => {
  if (typeof schema.shownDefault === 'string') return schema.shownDefault
  if (schema.default === undefined) return ''
  return `\`${typeof schema.default === 'string' ? schema.default || '""' : JSON.stringify(schema.default)}\``
}

const typeOf = (schema: JsonSchema): string => {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.anyOf) return isPrices(schema) ? 'amount, or one by kind of token' : 'map, or list of them'
  switch (schema.type) {
    case 'integer':
      return `whole number${rangeOf(schema)}`
    case 'number':
      return `number${rangeOf(schema)}`
    case 'array':
      return 'list'
    case 'object':
      return 'map'
    case 'boolean':
      return 'true or false'
    case 'string':
      return schema.format === 'date-time' ? 'time' : 'text'
    default:
      return 'amount'
  }
}

const isPrices = ({ anyOf = [] }: JsonSchema): boolean =>
  anyOf.some((each) => isSchema(each) && isSchema(each.properties) && 'input' in each.properties)

const rangeOf = ({ minimum, exclusiveMinimum, maximum }: JsonSchema): string => {
  const from = exclusiveMinimum === undefined ? minimum : `more than ${exclusiveMinimum}`
  if (from === undefined) return ''
  return maximum === undefined ? `, from ${from}` : `, ${from} to ${maximum}`
}
