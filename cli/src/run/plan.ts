import type { SentChunk } from './chunk-log.ts'
import type { Input } from './input.ts'

/** Places of the records of one batch to come, ascending. */
export type NewChunk = readonly number[]

export interface PlanSettings {
  readonly recordsMax: number
  /** What is added to each record's own text. */
  readonly bytesPerRecord: number
}

/** The server takes 64 MB for a batch; JSON's escapes and the ids need room too. */
const chunkBytesMax = 32 * 1024 * 1024

/** Whatever is neither processed nor with the server, in input order. */
export const planChunks = (
  input: Input,
  settings: PlanSettings,
  isProcessed: (id: string) => boolean,
  outstanding: readonly SentChunk[],
): NewChunk[] => {
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
    if (sent.has(id) || isProcessed(id)) continue
    const recordBytes = bytesOf(input, place) + settings.bytesPerRecord
    if (chunk.length === settings.recordsMax || (chunk.length > 0 && bytes + recordBytes > chunkBytesMax))
      close()
    chunk.push(place)
    bytes += recordBytes
  }
  close()
  return chunks
}

const bytesOf = (input: Input, place: number) => (input.offsets[place + 1] ?? 0) - (input.offsets[place] ?? 0)
