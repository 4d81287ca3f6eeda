import { createReadStream } from 'node:fs'

export interface Line {
  /** 1-based; lines without text are counted and left out. */
  readonly number: number
  /** Of its first byte in the file. */
  readonly offset: number
  /** Without the line feed. */
  readonly bytes: Buffer
}

/** Longer ones are no records but a wrong file; the server takes 64 MB for a whole batch. */
const lineBytesMax = 64 * 1024 * 1024
const blockBytes = 1024 * 1024
const lineFeed = 0x0a

/** The lines of a part of a file, in blocks, since one promise a line costs more than the line does. */
export async function* readLines(
  path: string,
  start = 0,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<Line[]> {
  const range = end === Number.POSITIVE_INFINITY ? { start } : { start, end: end - 1 }
  if (end <= start) return
  const splitter = createSplitter(start)
  for await (const block of createReadStream(path, { ...range, highWaterMark: blockBytes }))
    yield splitter.push(block)
  yield splitter.end()
}

const createSplitter = (start: number) => {
  let rest: Buffer[] = []
  let restBytes = 0
  let offset = start
  let number = 0

  const take = (lines: Line[], bytes: Buffer) => {
    number++
    if (bytes.some((byte) => byte > 0x20)) lines.push({ number, offset, bytes })
    offset += bytes.length + 1
  }
  return {
    push: (block: Buffer): Line[] => {
      const lines: Line[] = []
      let from = 0
      for (let at = block.indexOf(lineFeed); at !== -1; at = block.indexOf(lineFeed, from)) {
        const piece = block.subarray(from, at)
        take(lines, restBytes === 0 ? piece : Buffer.concat([...rest, piece]))
        rest = []
        restBytes = 0
        from = at + 1
      }
      rest.push(block.subarray(from))
      restBytes += block.length - from
      if (restBytes > lineBytesMax) throw new Error(`line ${number + 1} is longer than 64 MB`)
      return lines
    },
    end: (): Line[] => {
      const lines: Line[] = []
      if (restBytes > 0) take(lines, Buffer.concat(rest))
      return lines
    },
  }
}
