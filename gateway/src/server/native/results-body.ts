import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { ShardOutput, TenantStore } from '../../storage/tenant.ts'

const READ_BYTES = 1_048_576
const LINE_FEED = 0x0a
const COMMA = 0x2c
/** A list of up to this size is read once and sent twice; a larger one is read again. */
const KEPT_BYTES_MAX = 2 * READ_BYTES

export interface ResultsOrder {
  readonly store: Pick<TenantStore, 'output'>
  readonly blobs: Pick<Blobs, 'read'>
  readonly batch: string
  readonly shards: number
  /** What precedes the two lists, as JSON members with a comma behind them: `"status":"completed",`. */
  readonly head: string
  /** What follows them, with a comma before it. */
  readonly tail: string
}

/**
 * The body of a results call, piece by piece. Finished lines are JSON objects with a line feed behind each,
 * so a list is made by turning line feeds into commas: no line is parsed. Clients of one body read `data`,
 * those of the other `results`; both hold the same.
 */
export async function* resultsBody(order: ResultsOrder): AsyncGenerator<Buffer> {
  let kept: Buffer[] | undefined = []
  let keptBytes = 0
  yield Buffer.from(`{${order.head}"data":[`)
  for await (const piece of listOf(order)) {
    keptBytes += piece.length
    if (keptBytes > KEPT_BYTES_MAX) kept = undefined
    kept?.push(piece)
    yield piece
  }
  yield Buffer.from('],"results":[')
  yield* kept ?? listOf(order)
  yield Buffer.from(`]${order.tail}}`)
}

async function* listOf(order: ResultsOrder): AsyncGenerator<Buffer> {
  let pending: Buffer | undefined
  for (let shard = 0; shard < order.shards; shard += 1) {
    const output = await order.store.output(order.batch, shard)
    // Ending the list here would pass for all of it: the answer breaks off instead.
    if (!output) throw new Error(`${order.batch} was deleted while its results were read`)
    for await (const piece of piecesOf(order.blobs, output)) {
      if (pending) yield pending
      pending = withCommas(piece)
    }
  }
  // The last line feed has become a comma that nothing follows.
  if (pending) yield pending.subarray(0, -1)
}

async function* piecesOf(blobs: Pick<Blobs, 'read'>, output: ShardOutput): AsyncGenerator<Buffer> {
  if (output.kind === 'lines') {
    if (output.lines.length > 0) yield Buffer.from(output.lines)
    return
  }
  for (let start = 0; start < output.bytes; start += READ_BYTES) {
    yield await blobs.read(output.blob, start, Math.min(READ_BYTES, output.bytes - start))
  }
}

const withCommas = (piece: Buffer): Buffer => {
  for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, at + 1)) piece[at] = COMMA
  return piece
}
