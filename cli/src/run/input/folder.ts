import { createReadStream, readdirSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { BadText, decodeText } from './decode.ts'
import type { LineNames } from './line-names.ts'
import type { FaultList } from './source.ts'
import type { Spool } from './spool.ts'

const isText = (name: string) => /\.(txt|text|md|markdown)$/i.test(name)
const othersShown = 5

/** Each text file below the folder is a record `{"id","content","filename"}`; the id is its path in there. */
export const spoolFolder = async (
  folder: string,
  encoding: string,
  spool: Spool,
  faults: FaultList,
): Promise<LineNames & { readonly notes: readonly string[] }> => {
  const files = filesBelow(folder)
  const texts = files.filter(isText)
  const written: string[] = []
  for (const file of texts) {
    const content = await readText(join(folder, file), encoding, faults)
    if (content === undefined) continue
    spool.writeRecord({ id: file, content, filename: basename(file) })
    written.push(file)
  }
  return {
    placeOf: (line) => join(folder, written[line - 1] ?? ''),
    idOf: (line) => written[line - 1] ?? `file-${line}`,
    notes: notesOn(
      folder,
      files.filter((file) => !isText(file)),
      texts.length,
    ),
  }
}

/** In the order of their code units, which is the same on every machine. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()

const readText = async (path: string, encoding: string, faults: FaultList): Promise<string | undefined> => {
  const pieces: string[] = []
  try {
    for await (const text of decodeText(createReadStream(path), encoding)) pieces.push(text)
    return pieces.join('')
  } catch (error) {
    if (!(error instanceof BadText)) throw error
    faults.add(`${path}:${error.line}`, error.message)
    return undefined
  }
}

const notesOn = (folder: string, others: readonly string[], texts: number): string[] => {
  const notes = texts === 0 ? [`${folder} has no .txt, .text, .md or .markdown files.`] : []
  if (others.length === 0) return notes
  const more = others.length > othersShown ? ', …' : ''
  const names = `${others.slice(0, othersShown).join(', ')}${more}`
  return [
    ...notes,
    `${others.length} other ${others.length === 1 ? 'file was' : 'files were'} left out: ${names}`,
  ]
}
