import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One line of a file of results. */
export interface SeenLine {
  readonly custom_id: string
  readonly status: string
  readonly output: string | null
  readonly cost: string | null
  readonly json?: unknown
  readonly input?: Readonly<Record<string, unknown>>
  readonly error: { readonly code: string; readonly message: string } | null
}

/** A folder of a test, with what is put into it and read from it. */
export interface RunFolder {
  readonly path: string
  file(name: string): string
  write(name: string, content: string | Uint8Array): string
  writeRecords(name: string, records: readonly object[]): string
  results(name: string): SeenLine[]
  text(name: string): string
  names(): string[]
  remove(): void
}

export const createRunFolder = (): RunFolder => {
  const path = mkdtempSync(join(tmpdir(), 'sheepfold-test-'))
  const file = (name: string) => join(path, name)
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(file(name), content)
    return file(name)
  }
  const text = (name: string) => readFileSync(file(name), 'utf8')
  return {
    path,
    file,
    write,
    text,
    writeRecords: (name, records) =>
      write(name, records.map((record) => `${JSON.stringify(record)}\n`).join('')),
    results: (name) =>
      text(name)
        .trimEnd()
        .split('\n')
        .map((line): SeenLine => JSON.parse(line)),
    names: () => readdirSync(path).sort(),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

export const idsFrom = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => `doc-${from + at}`)

export const documentsOf = (ids: readonly string[]) => ids.map((id) => ({ id, text: `text of ${id}` }))
