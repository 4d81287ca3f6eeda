import { describe, expect, it } from 'vitest'
import { blobsContract } from './blobs.contract.ts'
import { BlobMissing } from './blobs.ts'
import { createMemoryBlobs } from './memory.ts'

blobsContract('in memory', async () => createMemoryBlobs())

describe('a crash of the process that holds blobs in memory', () => {
  it('loses what was not committed and keeps what was', async () => {
    const blobs = createMemoryBlobs()
    const done = await blobs.create('done')
    await done.write(Buffer.from('kept'))
    await done.commit()
    const open = await blobs.create('open')
    await open.write(Buffer.from('lost'))
    blobs.crash()
    await expect(open.write(Buffer.from('more'))).rejects.toThrow('crashed')
    await expect(open.commit()).rejects.toThrow('crashed')
    await expect(blobs.read('open', 0, 4)).rejects.toBeInstanceOf(BlobMissing)
    expect((await blobs.read('done', 0, 4)).toString()).toBe('kept')
  })
})
