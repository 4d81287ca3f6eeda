import { readLines } from './lines.ts'
import { type Fields, type PromptSettings, readRecord } from './record.ts'
import { createFaultList, type InputFaults, type Source } from './source.ts'

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

export interface ScannedInput {
  readonly input: Input
  /** Nothing is sent while there is one. */
  readonly faults: InputFaults
}

export interface ScannedRecord {
  /** `reviews.csv:17` */
  readonly place: string
  readonly prompt: string
  readonly fields: Fields
}

/** Reads and checks every record once, before anything is sent; `look` sees each that is good. */
export const scanInput = async (
  source: Source,
  settings: PromptSettings,
  look: (record: ScannedRecord) => void = () => {},
): Promise<ScannedInput> => {
  const ids: string[] = []
  const lineNumbers: number[] = []
  const places = new Map<string, number>()
  const offsets: number[] = []
  const faults = createFaultList()
  let end = 0
  for await (const lines of readLines(source.path)) {
    for (const line of lines) {
      end = line.offset + line.bytes.length
      const place = source.placeOf(line.number)
      const read = readRecord(line.bytes, settings)
      if (read.kind === 'fault') {
        faults.add(place, read.message)
        continue
      }
      const id = read.record.id ?? source.idOf(line.number)
      const earlier = places.get(id)
      if (earlier !== undefined) {
        const first = source.placeOf(lineNumbers[earlier] ?? 0)
        faults.add(place, `its id ${JSON.stringify(id)} is that of ${first}`)
        continue
      }
      places.set(id, ids.length)
      ids.push(id)
      lineNumbers.push(line.number)
      offsets.push(line.offset)
      look({ place, prompt: read.record.prompt, fields: read.fields })
    }
  }
  offsets.push(end)
  return { input: { path: source.path, ids, places, offsets }, faults: bothFaults(source.faults, faults) }
}

const bothFaults = (ofSource: InputFaults, ofRecords: InputFaults): InputFaults => ({
  shown: [...ofSource.shown, ...ofRecords.shown],
  total: ofSource.total + ofRecords.total,
})

export interface ChunkRecord {
  readonly custom_id: string
  readonly prompt: string
}

/** The records at these places, which ascend, a block at a time; neighbours are read in one go. */
export async function* readRecords(
  input: Input,
  chosen: readonly number[],
  settings: PromptSettings,
): AsyncGenerator<ChunkRecord[]> {
  for (const { first, last } of runsOf(chosen)) {
    let place = first
    for await (const lines of readLines(input.path, input.offsets[first], input.offsets[last + 1])) {
      const records: ChunkRecord[] = []
      for (const line of lines) {
        const read = readRecord(line.bytes, settings)
        const id = input.ids[place++]
        const same = read.kind === 'record' && (read.record.id === undefined || read.record.id === id)
        if (!same || id === undefined) throw new Error(`${input.path} was changed while it was being read`)
        records.push({ custom_id: id, prompt: read.record.prompt })
      }
      yield records
    }
    if (place !== last + 1) throw new Error(`${input.path} was changed while it was being read`)
  }
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
