import { BadText, decodeText } from './decode.ts'
import { type LineNames, numberedLines } from './line-names.ts'
import type { FaultList } from './source.ts'
import type { Spool } from './spool.ts'

/** Each line of text is a record `{"text"}`; empty ones are left out and counted. */
export const spoolTextLines = async (
  bytes: AsyncIterable<Uint8Array>,
  settings: { readonly name: string; readonly encoding: string },
  spool: Spool,
  faults: FaultList,
): Promise<LineNames> => {
  const numbers: number[] = []
  const source = numberedLines(settings.name)
  let number = 0
  try {
    for await (const text of decodeText(bytes, settings.encoding)) {
      // Whole lines come, so what is behind the last line feed is nothing, but at the end of the file.
      const lines = text.split(/\r?\n/)
      if (lines.at(-1) === '') lines.pop()
      for (const line of lines) {
        number++
        if (line.trim() === '') continue
        numbers.push(number)
        spool.writeRecord({ text: line })
      }
    }
  } catch (error) {
    if (!(error instanceof BadText)) throw error
    faults.add(source.placeOf(error.line), error.message)
  }
  const inSource = (line: number) => numbers[line - 1] ?? line
  return {
    placeOf: (line) => source.placeOf(inSource(line)),
    idOf: (line) => source.idOf(inSource(line)),
  }
}
