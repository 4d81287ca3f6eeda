import type { RequestTable } from './dialect.ts'

/** Where one request lies in its batch and in its blob. */
export interface IndexEntry {
  readonly batchIndex: number
  readonly idStart: number
  readonly idLength: number
  readonly bodyStart: number
  readonly bodyLength: number
  /** A small number of the dialect's own, below 2^32. */
  readonly variant: number
}

/** Behind the last byte of a request: its id may stand behind its body, as its client wrote them. */
export const endOfRequest = ({ idStart, idLength, bodyStart, bodyLength }: RequestPlace): number =>
  Math.max(idStart + idLength, bodyStart + bodyLength)

type RequestPlace = Pick<IndexEntry, 'idStart' | 'idLength' | 'bodyStart' | 'bodyLength'>

/**
 * A shard's index: the version, the count, then for each request, as LEB128 variable-length integers,
 * batch index − the last one's · id start − the last one's end (signed) · id length ·
 * body start − id end (signed) · body length · variant. Neighbours written one after another take about
 * nine bytes a request. Signed differences let an id lie inside or behind its body, as in a line of a file.
 */
const VERSION = 1
const VARINT_BYTES_MAX = 8
const INTEGERS_PER_ENTRY = 6

export const encodeIndex = (entries: readonly IndexEntry[]): Buffer => {
  const writer = new VarintWriter(VARINT_BYTES_MAX * (2 + INTEGERS_PER_ENTRY * entries.length))
  writer.unsigned(VERSION)
  writer.unsigned(entries.length)
  let [batchIndex, end] = [0, 0]
  for (const entry of entries) {
    const idEnd = entry.idStart + entry.idLength
    writer.unsigned(entry.batchIndex - batchIndex)
    writer.signed(entry.idStart - end)
    writer.unsigned(entry.idLength)
    writer.signed(entry.bodyStart - idEnd)
    writer.unsigned(entry.bodyLength)
    writer.unsigned(entry.variant)
    batchIndex = entry.batchIndex
    end = entry.bodyStart + entry.bodyLength
  }
  return writer.bytes()
}

/** Reads an index into typed arrays. A damaged one is a broken invariant, and throws. */
export const decodeIndex = (bytes: Uint8Array): RequestTable => {
  const reader = new VarintReader(bytes)
  const version = reader.unsigned()
  if (version !== VERSION)
    throw new Error(`a shard's index has version ${version}, this program reads ${VERSION}`)
  const count = reader.unsigned()
  // Checked before anything is allocated for it: each request takes at least six bytes.
  if (count * INTEGERS_PER_ENTRY > bytes.length)
    throw new Error("a shard's index is damaged: it is too short")
  const batchIndexes = new Uint32Array(count)
  const idStarts = new Float64Array(count)
  const idLengths = new Uint32Array(count)
  const bodyStarts = new Float64Array(count)
  const bodyLengths = new Uint32Array(count)
  const variants = new Uint32Array(count)
  let [batchIndex, end] = [0, 0]
  for (let i = 0; i < count; i += 1) {
    batchIndex += reader.unsigned()
    const idStart = end + reader.signed()
    const idLength = reader.unsigned()
    const bodyStart = idStart + idLength + reader.signed()
    const bodyLength = reader.unsigned()
    batchIndexes[i] = batchIndex
    idStarts[i] = idStart
    idLengths[i] = idLength
    bodyStarts[i] = bodyStart
    bodyLengths[i] = bodyLength
    variants[i] = reader.unsigned()
    end = bodyStart + bodyLength
  }
  if (!reader.atEnd()) throw new Error("a shard's index is damaged: it is too long")
  const at = (column: Uint32Array | Float64Array) => (position: number) => {
    const value = column[position]
    if (value === undefined) throw new Error(`a shard of ${count} requests has no position ${position}`)
    return value
  }
  return {
    count,
    batchIndex: at(batchIndexes),
    idStart: at(idStarts),
    idLength: at(idLengths),
    bodyStart: at(bodyStarts),
    bodyLength: at(bodyLengths),
    variant: at(variants),
  }
}

/** Arithmetic in place of shifts: positions in a file of many gigabytes have more than 32 bits. */
class VarintWriter {
  readonly #target: Buffer
  #at = 0

  constructor(bytesMax: number) {
    this.#target = Buffer.allocUnsafeSlow(bytesMax)
  }

  unsigned(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`an index cannot hold ${value}`)
    let rest = value
    while (rest >= 128) {
      this.#target[this.#at] = (rest % 128) | 128
      this.#at += 1
      rest = Math.floor(rest / 128)
    }
    this.#target[this.#at] = rest
    this.#at += 1
  }

  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** A copy: the row must not hold on to the space that was reserved for the worst case. */
  bytes(): Buffer {
    return Buffer.from(this.#target.subarray(0, this.#at))
  }
}

class VarintReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  unsigned(): number {
    let value = 0
    let factor = 1
    for (let i = 0; i < VARINT_BYTES_MAX; i += 1) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) break
      this.#at += 1
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
    throw new Error(`a shard's index is damaged at byte ${this.#at} of ${this.#bytes.length}`)
  }

  signed(): number {
    const value = this.unsigned()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length
  }
}
