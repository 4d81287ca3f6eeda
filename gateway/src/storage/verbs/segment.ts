import { ANSWER_KINDS, type AnswerEntry } from '../../batch/answer-frame.ts'
import type { Crash } from '../../crash/crash-points.ts'
import type { Nano } from '../../money/nano.ts'
import type { Blobs, BlobWriter } from '../blobs/blobs.ts'
import { InvariantBroken, storeErrorOf } from '../errors.ts'
import { Latency } from '../latency.ts'
import type { SegmentLayout, SegmentPiece } from '../shards.ts'
import type { Db } from '../sql.ts'
import { frameReader, type ReadFrame } from './frame-reader.ts'
import { journalSeqs, placedEntries } from './journal.ts'

export interface SegmentDeps {
  readonly db: Db
  readonly blobs: Blobs
  readonly crash: Crash
}

export interface SegmentOrder {
  readonly shard: number
  readonly count: number
  readonly name: string
  /** Where success and error lie apart, the errors' own. */
  readonly errorName: string
  readonly layout: SegmentLayout
  /** What the shard accrued: the journal must add up to it. */
  readonly charge: Nano
  readonly cost: Nano
}

export interface WrittenSegment {
  readonly name: string
  readonly bytes: number
  readonly errors: SegmentPiece | null
  /** One byte a request; null where all succeeded. */
  readonly kinds: Uint8Array | null
  readonly latency: Uint8Array | null
}

/** Lines are gathered into writes of this size: fewer would hold more, more would cost system calls. */
const WRITE_BYTES = 262_144

interface LinePlace {
  readonly seq: number
  readonly start: number
  readonly end: number
}

/** Writes the finished lines of a complete shard in input order, and makes them durable. */
export const writeSegment = async (deps: SegmentDeps, order: SegmentOrder): Promise<WrittenSegment> => {
  const frames = frameReader(deps.db, order.shard)
  const { places, kinds, latency } = await indexJournal(deps.db, order, frames)
  const isApart = (at: number): boolean => order.layout === 'apart' && kinds[at] !== SUCCEEDED
  try {
    // A seal of this very epoch that broke off may have left the same bytes under this name: they are replaced.
    const { bytes } = await writeLines(
      await deps.blobs.create(order.name),
      places.filter((_place, at) => !isApart(at)),
      frames,
    )
    const apart = places.filter((_place, at) => isApart(at))
    const errors =
      apart.length === 0
        ? null
        : {
            blob: order.errorName,
            ...(await writeLines(await deps.blobs.create(order.errorName), apart, frames)),
          }
    return {
      name: order.name,
      bytes,
      errors,
      kinds: kinds.every((kind) => kind === SUCCEEDED) ? null : kinds,
      latency,
    }
  } catch (error) {
    throw storeErrorOf(error)
  }
}

const SUCCEEDED = ANSWER_KINDS.indexOf('succeeded')

const writeLines = async (
  writer: BlobWriter,
  places: readonly LinePlace[],
  frames: ReadFrame,
): Promise<{ bytes: number }> => {
  try {
    let chunk: Uint8Array[] = []
    let chunkBytes = 0
    for (const { seq, start, end } of places) {
      const frame = await frames(seq)
      chunk.push(frame.subarray(start, end))
      chunkBytes += end - start
      if (chunkBytes >= WRITE_BYTES) {
        await writer.write(Buffer.concat(chunk))
        chunk = []
        chunkBytes = 0
      }
    }
    if (chunkBytes > 0) await writer.write(Buffer.concat(chunk))
    return await writer.commit()
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** One pass over the journal: where each line lies, how long the answers took, and whether it adds up. */
const indexJournal = async (
  db: Db,
  order: SegmentOrder,
  frames: ReadFrame,
): Promise<{ places: LinePlace[]; kinds: Uint8Array; latency: Uint8Array | null }> => {
  const places: Array<LinePlace | undefined> = new Array(order.count).fill(undefined)
  const kinds = new Uint8Array(order.count)
  const latency = new Latency()
  const sums = { entries: 0, charge: 0n, cost: 0n }
  for (const seq of await db.read((tx) => journalSeqs(tx, order.shard))) {
    for (const { entry, end } of placedEntries(await frames(seq))) {
      places[entry.position] = { seq, start: end - entry.line.length, end }
      kinds[entry.position] = ANSWER_KINDS.indexOf(entry.kind)
      measure(latency, entry)
      sums.entries += 1
      sums.charge += entry.charge
      sums.cost += entry.cost
    }
  }
  const found = places.filter((place) => place !== undefined)
  if (found.length !== order.count || sums.entries !== order.count) {
    throw new InvariantBroken(
      `the journal of shard ${order.shard} holds ${sums.entries} answers to ${found.length} of ${order.count} requests`,
    )
  }
  if (sums.charge !== order.charge || sums.cost !== order.cost) {
    throw new InvariantBroken(
      `the journal of shard ${order.shard} adds up to charge ${sums.charge} and cost ${sums.cost}, ` +
        `the shard accrued ${order.charge} and ${order.cost}`,
    )
  }
  return { places: found, kinds, latency: latency.summary() ? latency.encode() : null }
}

/** Requests that were never answered took no time. */
const measure = (latency: Latency, entry: AnswerEntry): void => {
  if (entry.kind === 'succeeded' || entry.kind === 'failed') latency.add(entry.latencyMs)
}
