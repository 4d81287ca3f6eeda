import { jsonList } from './json-list.ts'

/** A list of up to this size is read once and sent twice; a larger one is read again. */
const KEPT_BYTES_MAX = 2 * 1_048_576

export interface ResultsOrder {
  /** The finished lines, in pieces that end with a line each. */
  readonly lines: () => AsyncIterable<Buffer>
  /** What precedes the two lists, as JSON members with a comma behind them: `"status":"completed",`. */
  readonly head: string
  /** What follows them, with a comma before it. */
  readonly tail: string
  /** Once is enough: `results` alone. */
  readonly minimal: boolean
}

/**
 * The body of a results call, piece by piece. Clients of one body read `data`, those of the other `results`;
 * both hold the same.
 */
export async function* resultsBody({ lines, head, tail, minimal }: ResultsOrder): AsyncGenerator<Buffer> {
  if (minimal) {
    yield Buffer.from(`{${head}"results":[`)
    yield* jsonList(lines())
    yield Buffer.from(`]${tail}}`)
    return
  }
  let kept: Buffer[] | undefined = []
  let keptBytes = 0
  yield Buffer.from(`{${head}"data":[`)
  for await (const piece of jsonList(lines())) {
    keptBytes += piece.length
    if (keptBytes > KEPT_BYTES_MAX) kept = undefined
    kept?.push(piece)
    yield piece
  }
  yield Buffer.from('],"results":[')
  yield* kept ?? jsonList(lines())
  yield Buffer.from(`]${tail}}`)
}
