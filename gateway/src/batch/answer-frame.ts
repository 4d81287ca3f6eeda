import type { Nano } from '../money/nano.ts'
import type { Usage } from '../money/usage.ts'

/**
 * How finished answers travel from the sink to the store and lie in the journal: entries, one after
 * another, each a fixed little-endian header and the finished line in the batch's dialect.
 *
 *   offset  size  field
 *        0     4  position in the shard
 *        4     1  kind
 *        5     1  flags: 1 usage estimated, 2 cost unknown
 *        6     2  (zero)
 *        8     4  length of the line
 *       12    20  prompt, cached, cache write, completion, reasoning tokens
 *       32     8  charge, nano-USD
 *       40     8  what real time would have charged
 *       48     8  cost
 *       56     4  milliseconds from the first call to the answer
 *       60     …  the line, ending in a line feed
 */
export const ENTRY_HEADER_BYTES = 60

export type AnswerKind = 'succeeded' | 'failed' | 'expired' | 'cancelled'
const KINDS: readonly AnswerKind[] = ['succeeded', 'failed', 'expired', 'cancelled']

export interface AnswerEntry {
  readonly position: number
  readonly kind: AnswerKind
  readonly usage: Usage
  readonly usageEstimated: boolean
  readonly charge: Nano
  readonly listCharge: Nano
  readonly cost: Nano
  readonly costUnknown: boolean
  readonly latencyMs: number
  readonly line: Buffer
}

const ESTIMATED = 1
const COST_UNKNOWN = 2

export const entryBytes = (entry: AnswerEntry): number => ENTRY_HEADER_BYTES + entry.line.length

export const writeEntry = (target: Buffer, offset: number, entry: AnswerEntry): number => {
  target.writeUInt32LE(entry.position, offset)
  target[offset + 4] = KINDS.indexOf(entry.kind)
  target[offset + 5] = (entry.usageEstimated ? ESTIMATED : 0) | (entry.costUnknown ? COST_UNKNOWN : 0)
  target.writeUInt16LE(0, offset + 6)
  target.writeUInt32LE(entry.line.length, offset + 8)
  target.writeUInt32LE(entry.usage.promptTokens, offset + 12)
  target.writeUInt32LE(entry.usage.cachedTokens, offset + 16)
  target.writeUInt32LE(entry.usage.cacheWriteTokens, offset + 20)
  target.writeUInt32LE(entry.usage.completionTokens, offset + 24)
  target.writeUInt32LE(entry.usage.reasoningTokens, offset + 28)
  target.writeBigInt64LE(entry.charge, offset + 32)
  target.writeBigInt64LE(entry.listCharge, offset + 40)
  target.writeBigInt64LE(entry.cost, offset + 48)
  target.writeUInt32LE(Math.max(0, Math.round(entry.latencyMs)), offset + 56)
  entry.line.copy(target, offset + ENTRY_HEADER_BYTES)
  return offset + entryBytes(entry)
}

export const encodeFrame = (entries: readonly AnswerEntry[]): Buffer => {
  const frame = Buffer.allocUnsafeSlow(entries.reduce((sum, entry) => sum + entryBytes(entry), 0))
  let offset = 0
  for (const entry of entries) offset = writeEntry(frame, offset, entry)
  return frame
}

const readEntry = (frame: Buffer, offset: number): AnswerEntry => {
  const kind = KINDS[frame[offset + 4] ?? 255]
  const start = offset + ENTRY_HEADER_BYTES
  const length = start > frame.length ? 0 : frame.readUInt32LE(offset + 8)
  if (kind === undefined || start + length > frame.length) {
    throw new Error(`a journal frame is damaged at byte ${offset} of ${frame.length}`)
  }
  const flags = frame[offset + 5] ?? 0
  return {
    position: frame.readUInt32LE(offset),
    kind,
    usage: {
      promptTokens: frame.readUInt32LE(offset + 12),
      cachedTokens: frame.readUInt32LE(offset + 16),
      cacheWriteTokens: frame.readUInt32LE(offset + 20),
      completionTokens: frame.readUInt32LE(offset + 24),
      reasoningTokens: frame.readUInt32LE(offset + 28),
    },
    usageEstimated: (flags & ESTIMATED) !== 0,
    costUnknown: (flags & COST_UNKNOWN) !== 0,
    charge: frame.readBigInt64LE(offset + 32),
    listCharge: frame.readBigInt64LE(offset + 40),
    cost: frame.readBigInt64LE(offset + 48),
    latencyMs: frame.readUInt32LE(offset + 56),
    line: frame.subarray(start, start + length),
  }
}

/** The entries of a frame in the order in which they were written. */
export function* readFrame(bytes: Uint8Array): Generator<AnswerEntry> {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let offset = 0; offset < frame.length; ) {
    const entry = readEntry(frame, offset)
    yield entry
    offset += entryBytes(entry)
  }
}
