import { readLines } from '../input/lines.ts'
import { type Fields, parseLine } from '../input/record.ts'
import type { Input } from '../input/scan.ts'
import { type ColumnType, type ResultRow, widen } from './columns.ts'
import type { ResultLine } from './result-line.ts'

/** True: all fields of the input; undefined: none. */
export type Join = true | readonly string[] | undefined

/** The results in the file `path`, which are in input order, each with the fields of its record. */
export async function* joinedRows(path: string, input: Input, join: Join): AsyncGenerator<ResultRow[]> {
  const records = join === undefined ? undefined : recordsOf(input, join)
  try {
    for await (const lines of readLines(path)) {
      const rows: ResultRow[] = []
      for (const { bytes } of lines) {
        const line: ResultLine = JSON.parse(bytes.toString())
        rows.push({ line, fields: records ? await fieldsOf(line.custom_id, records) : {} })
      }
      yield rows
    }
  } finally {
    await records?.return(undefined)
  }
}

interface InputRecord {
  readonly id: string
  readonly fields: Fields
}

/** Records without a result are passed over. */
const fieldsOf = async (id: string, records: AsyncGenerator<InputRecord>): Promise<Fields> => {
  for (let next = await records.next(); !next.done; next = await records.next())
    if (next.value.id === id) return next.value.fields
  throw new Error(`The results have ${JSON.stringify(id)} in another place than the input.`)
}

async function* recordsOf(input: Input, join: true | readonly string[]): AsyncGenerator<InputRecord> {
  let place = 0
  for await (const lines of readLines(input.path)) {
    for (const { bytes } of lines) {
      const fields = parseLine(bytes)
      const id = input.ids[place++]
      if (typeof fields === 'string' || id === undefined)
        throw new Error(`${input.path} was changed meanwhile`)
      yield { id, fields: chosenOf(fields, join) }
    }
  }
}

const chosenOf = (fields: Fields, join: true | readonly string[]): Fields =>
  join === true ? fields : Object.fromEntries(join.map((name) => [name, fields[name] ?? null]))

/** The names of the fields, as they appear, and what type their values have. */
export const fieldTypes = async (input: Input, join: Join): Promise<Map<string, ColumnType>> => {
  const types = new Map<string, ColumnType | undefined>()
  if (join !== undefined) {
    for await (const { fields } of recordsOf(input, join))
      for (const [name, value] of Object.entries(fields)) types.set(name, widen(types.get(name), value))
  }
  return new Map([...types].map(([name, type]) => [name, type ?? 'text']))
}
