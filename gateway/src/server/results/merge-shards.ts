/** Where the requests of a shard begin and end in its batch. */
export interface ShardSpan {
  readonly number: number
  readonly first: number
  readonly last: number
}

export interface OpenedShard {
  /** In the order of their positions. */
  readonly lines: AsyncIterable<PlacedText>
  /** From a position in the shard to the place in the batch. */
  readonly indexAt: (position: number) => number
}

export interface PlacedText {
  readonly position: number
  readonly line: Buffer
}

/**
 * The lines of shards that overlap, in input order: of those that do, which are about as many as there are models,
 * the next line is held. `spans` come by their first requests; a shard is opened when its first one may be next.
 */
export async function* mergeShards(
  spans: readonly ShardSpan[],
  openShard: (number: number) => Promise<OpenedShard>,
): AsyncGenerator<Buffer> {
  const open: ShardCursor[] = []
  let next = 0
  for (;;) {
    let least = leastOf(open)
    for (let span = spans[next]; span && !(least && least.index < span.first); span = spans[next]) {
      next += 1
      const cursor = new ShardCursor(await openShard(span.number))
      if (await cursor.advance()) open.push(cursor)
      least = leastOf(open)
    }
    if (!least) return
    yield least.line
    if (!(await least.advance())) open.splice(open.indexOf(least), 1)
  }
}

/** Lines are passed on together, up to about so many bytes. */
const PIECE_BYTES = 65_536

export async function* inPieces(lines: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let piece: Buffer[] = []
  let bytes = 0
  for await (const line of lines) {
    piece.push(line)
    bytes += line.length
    if (bytes < PIECE_BYTES) continue
    yield Buffer.concat(piece)
    piece = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(piece)
}

const leastOf = (open: readonly ShardCursor[]): ShardCursor | undefined => {
  let least: ShardCursor | undefined
  for (const cursor of open) if (!least || cursor.index < least.index) least = cursor
  return least
}

/** The next line of a shard, and its place in the batch. */
class ShardCursor {
  index = 0
  line: Buffer = NOTHING
  readonly #lines: AsyncIterator<PlacedText>
  readonly #indexAt: (position: number) => number

  constructor({ lines, indexAt }: OpenedShard) {
    this.#lines = lines[Symbol.asyncIterator]()
    this.#indexAt = indexAt
  }

  /** False where the shard has nothing more to show. */
  async advance(): Promise<boolean> {
    const { done, value } = await this.#lines.next()
    if (done) return false
    this.index = this.#indexAt(value.position)
    this.line = value.line
    return true
  }
}

const NOTHING = Buffer.alloc(0)
