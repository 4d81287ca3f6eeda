/** All of most bodies fits into the first block. */
const FIRST_BLOCK_BYTES = 32_768

/**
 * Blocks of shared memory that are filled, handed on, and filled again once whoever had them is done. The first one
 * is small: the collector does not see how large they are, so that a thousand small bodies with a large block each
 * would take some hundred megabytes before it looks.
 */
export class SharedBlocks {
  readonly #blockBytes: number
  readonly #free: Buffer[] = []
  #nextBytes: number

  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes
    this.#nextBytes = Math.min(FIRST_BLOCK_BYTES, blockBytes)
  }

  take(): Buffer {
    const free = this.#free.pop()
    if (free) return free
    const block = Buffer.from(new SharedArrayBuffer(this.#nextBytes))
    this.#nextBytes = this.#blockBytes
    return block
  }

  giveBack(block: Buffer): void {
    if (block.length === this.#blockBytes) this.#free.push(block)
  }
}

/**
 * Puts the chunks of a body together into blocks: what comes over a connection comes in pieces of 64 KB and
 * less, and each write to a file costs the same whatever its length.
 */
export async function* filledBlocks(
  source: AsyncIterable<Buffer>,
  blocks: SharedBlocks,
): AsyncGenerator<{ readonly block: Buffer; readonly bytes: Buffer }> {
  let block = blocks.take()
  let used = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(block, used, at)
      at += copied
      used += copied
      if (used < block.length) continue
      yield { block, bytes: block }
      block = blocks.take()
      used = 0
    }
    giveUp(chunk)
  }
  if (used > 0) yield { block, bytes: block.subarray(0, used) }
}

/**
 * Frees the memory of a chunk that was copied, where it has an ArrayBuffer to itself. Left to the collector,
 * chunks of 64 KB outside of its heap make it mark the whole heap every few hundred of them: a fifth of all
 * that an upload costs.
 */
const giveUp = ({ buffer, byteLength }: Buffer): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
