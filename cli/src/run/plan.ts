import type { BatchLimits } from './api/batch-api.ts'
import type { SentChunk } from './chunk-log.ts'
import type { Input } from './input/scan.ts'

/** Places of the records of one batch to come, ascending. */
export type NewChunk = readonly number[]

export interface PlanSettings extends BatchLimits {
  isProcessed(id: string): boolean
  readonly outstanding: readonly SentChunk[]
  /** Where only some records are meant. */
  isMeant(id: string): boolean
}

/** Whatever is meant, and neither processed nor with the server, in input order. */
export const planChunks = (input: Input, settings: PlanSettings): NewChunk[] => {
  const { recordsMax, bytesMax, bytesPerRecord, isProcessed, isMeant, outstanding } = settings
  const sent = new Set(outstanding.flatMap((chunk) => chunk.ids))
  const chunks: NewChunk[] = []
  let chunk: number[] = []
  let bytes = 0
  const close = () => {
    if (chunk.length > 0) chunks.push(chunk)
    chunk = []
    bytes = 0
  }
  for (const [place, id] of input.ids.entries()) {
    if (sent.has(id) || isProcessed(id) || !isMeant(id)) continue
    const recordBytes = bytesOf(input, place) + bytesPerRecord
    if (chunk.length === recordsMax || (chunk.length > 0 && bytes + recordBytes > bytesMax)) close()
    chunk.push(place)
    bytes += recordBytes
  }
  close()
  return chunks
}

const bytesOf = (input: Input, place: number) => (input.offsets[place + 1] ?? 0) - (input.offsets[place] ?? 0)
