import { filledBlocks, SharedBlocks } from '../intake/file/shared-blocks.ts'
import { WorkBehind } from '../intake/file/work-behind.ts'
import type { BlobWriter } from '../storage/blobs/blobs.ts'

const BLOCK_BYTES = 1_048_576
const BEHIND_BYTES_MAX = 6 * 1_048_576

export interface StoreOrder {
  readonly writer: BlobWriter
  /** Looks at a block, which lies in shared memory and does not change before this resolves. */
  readonly read: (block: Buffer) => Promise<unknown>
}

/** Writes what comes in, and lets it be read at the same time; gives its length. What it was given ends with it. */
export const storeWhileReading = async (
  source: AsyncIterable<Buffer>,
  { writer, read }: StoreOrder,
): Promise<number> => {
  const blocks = new SharedBlocks(BLOCK_BYTES)
  const behind = new WorkBehind(BEHIND_BYTES_MAX)
  let length = 0
  try {
    for await (const { block, bytes } of filledBlocks(source, blocks)) {
      length += bytes.length
      const work = Promise.all([writer.write(bytes), read(bytes)])
      behind.add(
        bytes.length,
        work.then(() => blocks.giveBack(block)),
      )
      await behind.room()
    }
    await behind.ended()
  } finally {
    // Nothing may write any more when what was written is dropped.
    await behind.settled()
  }
  return length
}
