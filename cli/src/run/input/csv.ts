import { Readable } from 'node:stream'
import { CsvError, type Parser, parse } from 'csv-parse'
import { BadText, decodeText } from './decode.ts'
import type { LineNames } from './line-names.ts'
import type { FaultList } from './source.ts'
import type { Spool } from './spool.ts'

export interface CsvSettings {
  /** For messages. */
  readonly name: string
  /** Undefined: whichever of , ; tab | the header has most of. */
  readonly delimiter: string | undefined
  readonly encoding: string
}

const recordCharactersMax = 64 * 1024 * 1024

/** Each row becomes one line; an empty cell is an empty text, as CSV knows no absence. */
export const spoolCsv = async (
  bytes: AsyncIterable<Uint8Array>,
  settings: CsvSettings,
  spool: Spool,
  faults: FaultList,
): Promise<LineNames> => {
  const { name } = settings
  const lines: number[] = []
  /** The last line that belongs to a good row, or to the header. */
  let goodUntil = 0
  let faultyUntil = 0
  const fault = (error: CsvError, line: number) => {
    // What follows a bad quote is read as quoted, to the end of the file.
    const opened = error.code === 'CSV_QUOTE_NOT_CLOSED' ? goodUntil + 1 : line
    if (opened <= faultyUntil) return
    faultyUntil = line
    faults.add(`${name}:${opened}`, messageOf(error))
  }
  try {
    const { text, delimiter } = await peekDelimiter(decodeText(bytes, settings.encoding), settings.delimiter)
    const parser = parse({
      columns: (header: string[]) => {
        goodUntil = 1
        return columnsOf(header, name, faults)
      },
      delimiter,
      bom: true,
      info: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: recordCharactersMax,
      on_record: (record, context) => {
        goodUntil = context.lines
        return record
      },
      on_skip: (error) => {
        if (error) fault(error, lineOf(error, parser))
        return undefined
      },
    })
    for await (const { record, info } of feed(text, parser)) {
      lines.push(info.lines - lineFeedsIn(record))
      spool.writeRecord(record)
    }
  } catch (error) {
    if (error instanceof BadText) faults.add(`${name}:${error.line}`, error.message)
    else if (error instanceof CsvError) fault(error, goodUntil + 1)
    else throw error
  }
  return { placeOf: (line) => `${name}:${lines[line - 1] ?? line}`, idOf: (line) => `row-${line}` }
}

interface CsvRow {
  readonly record: Readonly<Record<string, string>>
  readonly info: { readonly lines: number }
}

/** An error of the text must reach whoever reads the rows. */
const feed = (text: AsyncIterable<string>, parser: Parser): AsyncIterable<CsvRow> => {
  Readable.from(text)
    .on('error', (error) => parser.destroy(error))
    .pipe(parser)
  return parser
}

const lineFeedsIn = (record: Readonly<Record<string, string>>): number =>
  Object.values(record).reduce(
    (sum, value) => sum + (value.includes('\n') ? value.split('\n').length - 1 : 0),
    0,
  )

const columnsOf = (header: readonly string[], name: string, faults: FaultList): string[] => {
  const seen = new Set<string>()
  return header.map((title, at) => {
    const column = title.trim() || `column_${at + 1}`
    if (seen.has(column)) faults.add(`${name}:1`, `two columns are called ${JSON.stringify(column)}`)
    seen.add(column)
    return column
  })
}

const candidates = [',', ';', '\t', '|']
const peekCharactersMax = 64 * 1024

const peekDelimiter = async (text: AsyncGenerator<string>, said: string | undefined) => {
  if (said !== undefined) return { text, delimiter: said }
  const first = await text.next()
  const head = first.done ? '' : first.value
  return {
    text: startingWith(head, text),
    delimiter: mostFrequent(headerOf(head.slice(0, peekCharactersMax))),
  }
}

async function* startingWith(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first
  yield* rest
}

/** The first row without its quoted parts. */
const headerOf = (head: string): string => head.replace(/"(?:[^"]|"")*"/g, '').split('\n', 1)[0] ?? ''

const mostFrequent = (header: string): string => {
  const count = (delimiter: string) => header.split(delimiter).length
  return candidates.toSorted((one, other) => count(other) - count(one))[0] ?? ','
}

const lineOf = (error: CsvError, parser: Parser): number =>
  'lines' in error && typeof error.lines === 'number' ? error.lines : parser.info.lines

const messages: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened here and never closed',
  CSV_MAX_RECORD_SIZE: 'the row is longer than 64 MB; is a quote never closed?',
}

const messageOf = (error: CsvError): string =>
  messages[error.code] ?? error.message.replace(/ (on|at) line \d+/, '')
