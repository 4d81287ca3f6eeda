import { parseArgs } from 'node:util'
import type { Row } from './row.ts'
import { rows } from './rows/index.ts'

export const usage = `usage: npm run bench -- [--rows NAME,…] [--rounds N] [--json] [--list] [--profile FOLDER]

  --rows     only these
  --rounds   default 5; fewer is for a quick look
  --json     print JSON instead of a table
  --list     print the names of the rows and end
  --profile  write CPU profiles of the gateway into this folder; its figures are worse then`

export interface Options {
  readonly rows: readonly Row[]
  readonly rounds: number
  readonly json: boolean
  readonly list: boolean
  readonly profileFolder: string | undefined
}

const roundsDefault = 5

export const readOptions = (args: string[]): Options => {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string' },
      rounds: { type: 'string', default: String(roundsDefault) },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  })
  return {
    rows: values.rows === undefined ? rows : values.rows.split(',').map(rowNamed),
    rounds: roundsOf(values.rounds),
    json: values.json,
    list: values.list,
    profileFolder: values.profile,
  }
}

const rowNamed = (name: string): Row => {
  const row = rows.find((each) => each.name === name)
  if (row) return row
  throw new Error(`--rows: no ${name}; there are ${rows.map((each) => each.name).join(', ')}`)
}

const roundsOf = (text: string): number => {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text)
  throw new Error(`--rounds: ${text} is not a whole number from 1 to 999`)
}
