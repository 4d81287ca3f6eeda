/** Text that is none: which line, and what was wrong with it. */
export class BadText extends Error {
  readonly line: number
  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

const lineFeed = 0x0a
/** A text without a line feed is decoded in pieces of this many bytes at the least. */
const lineBytesMax = 64 * 1024 * 1024

/**
 * Bytes as text, whole lines at a time, so that a bad byte can be told by its line. The encodings that are
 * offered have no second byte that looks like a line feed.
 */
export async function* decodeText(
  bytes: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let rest: Uint8Array[] = []
  let restBytes = 0
  let lines = 0
  const decode = (block: Buffer): string => {
    if (lines === 0) refuseUtf16(block)
    const text = tryDecode(decoder, block)
    if (text === undefined || block.includes(0)) throw firstBadLine(decoder, block, lines, encoding)
    lines += countLines(block)
    return text
  }
  for await (const block of bytes) {
    const end = block.lastIndexOf(lineFeed) + 1
    if (end > 0) yield decode(Buffer.concat([...rest, block.subarray(0, end)]))
    if (end > 0) rest = []
    restBytes = (end > 0 ? 0 : restBytes) + block.length - end
    rest.push(block.subarray(end))
    if (restBytes > lineBytesMax) throw new BadText(lines + 1, 'it is longer than 64 MB')
  }
  if (restBytes > 0) yield decode(Buffer.concat(rest))
}

const tryDecode = (decoder: TextDecoder, bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

const countLines = (block: Buffer): number => {
  let count = 0
  for (let at = block.indexOf(lineFeed); at !== -1; at = block.indexOf(lineFeed, at + 1)) count++
  return count
}

const refuseUtf16 = (block: Buffer) => {
  const mark = block.subarray(0, 2).toString('hex')
  if (mark === 'fffe' || mark === 'feff')
    throw new BadText(1, 'it is UTF-16; save it as UTF-8 (in Excel: "CSV UTF-8")')
}

const firstBadLine = (
  decoder: TextDecoder,
  block: Buffer,
  linesBefore: number,
  encoding: string,
): BadText => {
  let line = linesBefore
  for (let from = 0; from < block.length; ) {
    line++
    const end = block.indexOf(lineFeed, from)
    const bytes = block.subarray(from, end === -1 ? block.length : end)
    if (bytes.includes(0)) return new BadText(line, 'it has a zero byte: this is no text file')
    if (tryDecode(decoder, bytes) === undefined) return new BadText(line, notDecodable(encoding))
    from = end === -1 ? block.length : end + 1
  }
  return new BadText(linesBefore + 1, notDecodable(encoding))
}

const notDecodable = (encoding: string) =>
  encoding === 'utf-8'
    ? 'it is not valid UTF-8; where the file has another encoding, give it, for example --encoding euc-kr'
    : `it is not valid ${encoding}`
