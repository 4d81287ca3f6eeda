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
/** The order is data at rest: a kind is stored as its index. */
export const ANSWER_KINDS: readonly AnswerKind[] = ['succeeded', 'failed', 'expired', 'cancelled']

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

/** A frame's bytes, and a view for its numbers: V8 compiles a DataView's reads and writes to one instruction. */
interface Frame {
  readonly bytes: Buffer
  readonly view: DataView
}

const frameOf = (bytes: Buffer): Frame => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
})

const COUNT_MAX = 0xffff_ffff

const isCount = (value: number): boolean => value >= 0 && value <= COUNT_MAX
const isAmount = (value: Nano): boolean => BigInt.asIntN(64, value) === value

/** A DataView would store another figure in silence. */
const fits = ({ position, usage, charge, listCharge, cost, latencyMs }: AnswerEntry): boolean =>
  isCount(position) &&
  isCount(usage.promptTokens) &&
  isCount(usage.cachedTokens) &&
  isCount(usage.cacheWriteTokens) &&
  isCount(usage.completionTokens) &&
  isCount(usage.reasoningTokens) &&
  isAmount(charge) &&
  isAmount(listCharge) &&
  isAmount(cost) &&
  latencyMs <= COUNT_MAX

const writeEntry = ({ bytes, view }: Frame, offset: number, entry: AnswerEntry): number => {
  const { usage, line } = entry
  if (!fits(entry))
    throw new RangeError(`an answer to request ${entry.position} has a figure that fits no frame`)
  view.setUint32(offset, entry.position, true)
  view.setUint8(offset + 4, ANSWER_KINDS.indexOf(entry.kind))
  view.setUint8(offset + 5, (entry.usageEstimated ? ESTIMATED : 0) | (entry.costUnknown ? COST_UNKNOWN : 0))
  view.setUint16(offset + 6, 0, true)
  view.setUint32(offset + 8, line.length, true)
  view.setUint32(offset + 12, usage.promptTokens, true)
  view.setUint32(offset + 16, usage.cachedTokens, true)
  view.setUint32(offset + 20, usage.cacheWriteTokens, true)
  view.setUint32(offset + 24, usage.completionTokens, true)
  view.setUint32(offset + 28, usage.reasoningTokens, true)
  view.setBigInt64(offset + 32, entry.charge, true)
  view.setBigInt64(offset + 40, entry.listCharge, true)
  view.setBigInt64(offset + 48, entry.cost, true)
  view.setUint32(offset + 56, Math.max(0, Math.round(entry.latencyMs)), true)
  bytes.set(line, offset + ENTRY_HEADER_BYTES)
  return offset + entryBytes(entry)
}

export const encodeFrame = (entries: readonly AnswerEntry[]): Buffer => {
  const bytes = Buffer.allocUnsafeSlow(entries.reduce((sum, entry) => sum + entryBytes(entry), 0))
  const frame = frameOf(bytes)
  let offset = 0
  for (const entry of entries) offset = writeEntry(frame, offset, entry)
  return bytes
}

const readEntry = ({ bytes, view }: Frame, offset: number): AnswerEntry => {
  const kind = ANSWER_KINDS[bytes[offset + 4] ?? 255]
  const start = offset + ENTRY_HEADER_BYTES
  const length = start > bytes.length ? 0 : view.getUint32(offset + 8, true)
  if (kind === undefined || start + length > bytes.length) {
    throw new Error(`a journal frame is damaged at byte ${offset} of ${bytes.length}`)
  }
  const flags = view.getUint8(offset + 5)
  return {
    position: view.getUint32(offset, true),
    kind,
    usage: {
      promptTokens: view.getUint32(offset + 12, true),
      cachedTokens: view.getUint32(offset + 16, true),
      cacheWriteTokens: view.getUint32(offset + 20, true),
      completionTokens: view.getUint32(offset + 24, true),
      reasoningTokens: view.getUint32(offset + 28, true),
    },
    usageEstimated: (flags & ESTIMATED) !== 0,
    costUnknown: (flags & COST_UNKNOWN) !== 0,
    charge: view.getBigInt64(offset + 32, true),
    listCharge: view.getBigInt64(offset + 40, true),
    cost: view.getBigInt64(offset + 48, true),
    latencyMs: view.getUint32(offset + 56, true),
    line: bytes.subarray(start, start + length),
  }
}

/** The entries of a frame in the order in which they were written. */
export function* readFrame(bytes: Uint8Array): Generator<AnswerEntry> {
  const frame = frameOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  for (let offset = 0; offset < frame.bytes.length; ) {
    const entry = readEntry(frame, offset)
    yield entry
    offset += entryBytes(entry)
  }
}
