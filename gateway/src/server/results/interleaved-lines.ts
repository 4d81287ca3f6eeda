import { decodeIndex } from '../../batch/index-codec.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { BatchStore, BatchView, FinishedLines } from '../../storage/tenant.ts'
import { placedLines } from './shard-lines.ts'

export interface InterleavedSource {
  readonly store: Pick<BatchStore, 'output' | 'finished' | 'index'>
  readonly blobs: Pick<Blobs, 'read'>
}

/** Lines are passed on together, up to about so many bytes. */
const PIECE_BYTES = 65_536

/**
 * All that a batch of several models has finished so far, in input order. Each of its shards has the requests of one
 * model, and those of others lie between them: of the shards that overlap, which are about as many as there are
 * models, the next line is held.
 */
export async function* interleavedLines(
  source: InterleavedSource,
  batch: Pick<BatchView, 'id' | 'shards'>,
): AsyncGenerator<Buffer> {
  let piece: Buffer[] = []
  let bytes = 0
  for await (const line of inInputOrder(source, batch)) {
    piece.push(line)
    bytes += line.length
    if (bytes < PIECE_BYTES) continue
    yield Buffer.concat(piece)
    piece = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(piece)
}

async function* inInputOrder(
  source: InterleavedSource,
  batch: Pick<BatchView, 'id' | 'shards'>,
): AsyncGenerator<Buffer> {
  const starts = await startsOf(source, batch)
  const open: ShardCursor[] = []
  let next = 0
  for (;;) {
    let least = leastOf(open)
    for (let start = starts[next]; start && !(least && least.index < start.index); start = starts[next]) {
      next += 1
      const cursor = await ShardCursor.open(source, batch.id, start.number)
      if (cursor) open.push(cursor)
      least = leastOf(open)
    }
    if (!least) return
    yield least.line
    if (!(await least.advance())) open.splice(open.indexOf(least), 1)
  }
}

interface ShardStart {
  readonly number: number
  /** Of its first request in the batch. */
  readonly index: number
}

/** The shards of a batch by their first requests. */
const startsOf = async (
  { store }: InterleavedSource,
  { id, shards }: Pick<BatchView, 'id' | 'shards'>,
): Promise<ShardStart[]> => {
  const starts: ShardStart[] = []
  for (let number = 0; number < shards; number += 1) {
    starts.push({ number, index: (await indexOf(store, id, number))(0) })
  }
  return starts.sort((one, other) => one.index - other.index)
}

/** From a position in the shard to the place in the batch. */
const indexOf = async (
  store: InterleavedSource['store'],
  batch: string,
  shard: number,
): Promise<(position: number) => number> => {
  const bytes = await store.index(batch, shard)
  if (!bytes) throw deleted(batch)
  return decodeIndex(bytes).batchIndex
}

const leastOf = (open: readonly ShardCursor[]): ShardCursor | undefined => {
  let least: ShardCursor | undefined
  for (const cursor of open) if (!least || cursor.index < least.index) least = cursor
  return least
}

interface PlacedText {
  readonly position: number
  readonly line: Buffer
}

/** The next line of a shard, and its place in the batch. */
class ShardCursor {
  index = 0
  line: Buffer = NOTHING
  readonly #lines: AsyncIterator<PlacedText>
  readonly #indexAt: (position: number) => number

  private constructor(lines: AsyncIterable<PlacedText>, indexAt: (position: number) => number) {
    this.#lines = lines[Symbol.asyncIterator]()
    this.#indexAt = indexAt
  }

  /** Undefined where the shard has nothing to show. */
  static async open(
    source: InterleavedSource,
    batch: string,
    number: number,
  ): Promise<ShardCursor | undefined> {
    const cursor = new ShardCursor(linesOf(source, batch, number), await indexOf(source.store, batch, number))
    return (await cursor.advance()) ? cursor : undefined
  }

  async advance(): Promise<boolean> {
    const { done, value } = await this.#lines.next()
    if (done) return false
    this.index = this.#indexAt(value.position)
    this.line = value.line
    return true
  }
}

async function* linesOf(
  { store, blobs }: InterleavedSource,
  batch: string,
  number: number,
): AsyncGenerator<PlacedText> {
  const running = await store.finished(batch, number, NO_BITS)
  if (running) {
    yield* sorted(running)
    return
  }
  const output = await store.output(batch, number)
  // Ending here would pass for all of it: the answer breaks off instead.
  if (output?.kind !== 'segment') throw deleted(batch)
  yield* placedLines(blobs, output)
}

/** They come in the order in which they were recorded. */
const sorted = ({ lines, positions }: FinishedLines): PlacedText[] => {
  const bytes = Buffer.from(lines)
  let start = 0
  const placed = positions.map((position) => {
    const end = bytes.indexOf(LINE_FEED, start) + 1
    const line = bytes.subarray(start, end)
    start = end
    return { position, line }
  })
  return placed.sort((one, other) => one.position - other.position)
}

const deleted = (batch: string): Error => new Error(`${batch} was deleted while its results were read`)

const LINE_FEED = 0x0a
const NO_BITS = new Uint8Array(0)
const NOTHING = Buffer.alloc(0)
