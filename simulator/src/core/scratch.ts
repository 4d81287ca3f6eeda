/**
 * A buffer that is used again for each text: a loop over bytes runs three times as fast as one over `charCodeAt`,
 * and one over whole words (aligned, hence the copy) four times as fast as one over bytes.
 */
export interface Scratch {
  /** Good until the next call; a 0 follows the last. */
  readonly bytes: Buffer
  readonly words: Int32Array
  length: number
}

const newScratch = (size: number): Scratch => {
  const memory = new ArrayBuffer(Math.ceil(size / 4) * 4)
  return { bytes: Buffer.from(memory), words: new Int32Array(memory), length: 0 }
}

const keptBytesMax = 1_048_576
let kept = newScratch(16_384)

const scratchFor = (size: number): Scratch => {
  if (size <= kept.bytes.length) return kept
  if (size > keptBytesMax) return newScratch(size)
  kept = newScratch(Math.min(keptBytesMax, size * 2))
  return kept
}

/** The text in UTF-8; a text of n characters has at most 3n bytes. */
export const scratchText = (text: string): Scratch => {
  const scratch = scratchFor(text.length * 3 + 1)
  scratch.length = scratch.bytes.write(text, 'utf8')
  scratch.bytes[scratch.length] = 0
  return scratch
}

export const scratchBytes = (bytes: Uint8Array): Scratch => {
  const scratch = scratchFor(bytes.length + 1)
  scratch.bytes.set(bytes)
  scratch.length = bytes.length
  scratch.bytes[scratch.length] = 0
  return scratch
}
