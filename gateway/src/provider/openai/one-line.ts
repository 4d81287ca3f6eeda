const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20

/**
 * The same JSON on one line, in bytes of its own. In valid JSON a line feed or carriage return lies only
 * between tokens (inside a string it is escaped), where a space says the same. White space around the
 * document, such as the empty lines of a provider that kept the connection alive, is left away.
 */
export const oneLine = (json: Buffer): Buffer => {
  let start = 0
  let end = json.length
  while (start < end && isSpace(json[start])) start += 1
  while (end > start && isSpace(json[end - 1])) end -= 1
  // A copy: what came from the socket may be a view into a far larger block, which would stay with it.
  const line = Buffer.from(json.subarray(start, end))
  for (let i = 0; i < line.length; i += 1) {
    const byte = line[i]
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) line[i] = SPACE
  }
  return line
}

const isSpace = (byte: number | undefined): boolean =>
  byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === 0x09
