import { existsSync, readSync } from 'node:fs'
import { readLines } from '../input/lines.ts'

/** Where the best line of a record lies in a file of results. */
export interface Place {
  readonly offset: number
  readonly length: number
  readonly rank: number
}

/** An answer is never replaced by less than it is: it was paid for. Otherwise the later line counts. */
export const rankOf = (status: string): number => {
  if (status === 'succeeded') return rankOfSuccess
  return status === 'invalid' ? 1 : 0
}

export const rankOfSuccess = 2

export const keepBetter = (places: Map<string, Place>, id: string, place: Place): void => {
  if (place.rank >= (places.get(id)?.rank ?? 0)) places.set(id, place)
}

export const scanResults = async (path: string): Promise<Map<string, Place>> => {
  const places = new Map<string, Place>()
  if (!existsSync(path)) return places
  for await (const lines of readLines(path)) {
    for (const line of lines) {
      const head = readHead(line.bytes)
      if (!head) continue
      keepBetter(places, head.custom_id, {
        offset: line.offset,
        length: line.bytes.length + 1,
        rank: rankOf(head.status),
      })
    }
  }
  return places
}

const readHead = (bytes: Buffer): { custom_id: string; status: string } | undefined => {
  try {
    const line: unknown = JSON.parse(bytes.toString())
    if (typeof line !== 'object' || line === null || !('custom_id' in line) || !('status' in line))
      return undefined
    const { custom_id, status } = line
    return typeof custom_id === 'string' && typeof status === 'string' ? { custom_id, status } : undefined
  } catch {
    return undefined
  }
}

/** A line at the end of a file that people edited may lack its line feed. */
export const readPlace = (file: number, place: Place): Buffer => {
  const bytes = Buffer.alloc(place.length)
  readSync(file, bytes, 0, place.length, place.offset)
  bytes[place.length - 1] = 0x0a
  return bytes
}
