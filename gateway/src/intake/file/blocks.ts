/**
 * Puts the chunks of a body together into blocks of one size: what comes over a connection comes in pieces
 * of 64 KB and less, and each write to a file and each digest costs the same whatever its length.
 */
export async function* blocksOf(
  source: AsyncIterable<Buffer>,
  blockBytes: number,
): AsyncGenerator<Buffer<ArrayBuffer>> {
  let block = Buffer.allocUnsafeSlow(blockBytes)
  let used = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(block, used, at)
      at += copied
      used += copied
      if (used < blockBytes) continue
      yield block
      block = Buffer.allocUnsafeSlow(blockBytes)
      used = 0
    }
  }
  if (used > 0) yield block.subarray(0, used)
}
