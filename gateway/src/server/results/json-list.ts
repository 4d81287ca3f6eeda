const LINE_FEED = 0x0a
const COMMA = 0x2c

/**
 * The elements of a JSON list, made of lines that are JSON objects: their line feeds become commas, and no
 * line is parsed. The pieces end with a line each; they are changed in place.
 */
export async function* jsonList(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer | undefined
  for await (const piece of pieces) {
    if (pending) yield pending
    pending = withCommas(piece)
  }
  // The last line feed has become a comma that nothing follows.
  if (pending) yield pending.subarray(0, -1)
}

const withCommas = (piece: Buffer): Buffer => {
  for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, at + 1)) piece[at] = COMMA
  return piece
}
