import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { readLines } from './lines.ts'
import { type PromptSettings, readRecord } from './record.ts'

/** What is kept of the input: ids and places. The text is read again when its chunk is sent. */
export interface Input {
  readonly path: string
  /** In input order. */
  readonly ids: readonly string[]
  /** From id to place in `ids`. */
  readonly places: ReadonlyMap<string, number>
  /** Of each record's line, and at last the end of the file. */
  readonly offsets: readonly number[]
}

interface InputFault {
  readonly line: number
  readonly message: string
}

export interface ScannedInput {
  readonly input: Input
  /** Nothing is sent while there is one. The first 1,000; `faultsTotal` counts all. */
  readonly faults: readonly InputFault[]
  readonly faultsTotal: number
}

const faultsMax = 1_000

/** Reads and checks every record once, before anything is sent. */
export const scanInput = async (path: string, settings: PromptSettings): Promise<ScannedInput> => {
  const ids: string[] = []
  const lineNumbers: number[] = []
  const places = new Map<string, number>()
  const offsets: number[] = []
  const faults: InputFault[] = []
  let faultsTotal = 0
  let end = 0
  const fault = (line: number, message: string) => {
    faultsTotal++
    if (faults.length < faultsMax) faults.push({ line, message })
  }
  for await (const lines of readLines(path)) {
    for (const line of lines) {
      end = line.offset + line.bytes.length
      const read = readRecord(line.bytes, settings)
      if (read.kind === 'fault') {
        fault(line.number, read.message)
        continue
      }
      const id = read.record.id ?? lineId(line.number)
      const earlier = places.get(id)
      if (earlier !== undefined) {
        fault(line.number, `its id ${JSON.stringify(id)} is that of line ${lineNumbers[earlier]}`)
        continue
      }
      places.set(id, ids.length)
      ids.push(id)
      lineNumbers.push(line.number)
      offsets.push(line.offset)
    }
  }
  offsets.push(end)
  return { input: { path, ids, places, offsets }, faults, faultsTotal }
}

const lineId = (number: number) => `line-${number}`

export interface ChunkRecord {
  readonly custom_id: string
  readonly prompt: string
}

/** The records at these places, which ascend; neighbours are read in one go. */
export const readRecords = async (
  input: Input,
  chosen: readonly number[],
  settings: PromptSettings,
): Promise<ChunkRecord[]> => {
  const records: ChunkRecord[] = []
  for (const { first, last } of runsOf(chosen)) {
    let place = first
    for await (const lines of readLines(input.path, input.offsets[first], input.offsets[last + 1])) {
      for (const line of lines) {
        const read = readRecord(line.bytes, settings)
        const id = input.ids[place++]
        const same = read.kind === 'record' && (read.record.id === undefined || read.record.id === id)
        if (!same || id === undefined) throw new Error(`${input.path} was changed while it was being read`)
        records.push({ custom_id: id, prompt: read.record.prompt })
      }
    }
    if (place !== last + 1) throw new Error(`${input.path} was changed while it was being read`)
  }
  return records
}

/** 3, 4, 5, 9 → 3–5, 9–9. */
const runsOf = (chosen: readonly number[]): { first: number; last: number }[] => {
  const runs: { first: number; last: number }[] = []
  for (const place of chosen) {
    const open = runs.at(-1)
    if (open && open.last + 1 === place) open.last = place
    else runs.push({ first: place, last: place })
  }
  return runs
}

export interface PlainFile {
  readonly path: string
  discard(): void
}

/** Chunks are read from their offsets, which a compressed file does not have. */
export const unpackInput = async (path: string): Promise<PlainFile> => {
  if (!path.endsWith('.gz')) return { path, discard: () => {} }
  const folder = mkdtempSync(join(tmpdir(), 'sheepfold-run-'))
  const plain = join(folder, basename(path, '.gz'))
  const discard = () => rmSync(folder, { recursive: true, force: true })
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(plain))
    return { path: plain, discard }
  } catch (error) {
    discard()
    throw error
  }
}
