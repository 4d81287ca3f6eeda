import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { blobsContract } from './blobs.contract.ts'
import { type FileBlobs, openFileBlobs } from './files.ts'

const roots: string[] = []
const opened: FileBlobs[] = []

const freshRoot = async (): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'sheepfold-blobs-'))
  roots.push(root)
  return root
}

const open = async (root: string, openFilesMax = 2): Promise<FileBlobs> => {
  const blobs = await openFileBlobs({ root, sweepUnfinished: true, openFilesMax })
  opened.push(blobs)
  return blobs
}

afterAll(async () => {
  for (const blobs of opened) blobs.close()
  for (const root of roots) await rm(root, { recursive: true })
})

blobsContract('in files', async () => open(await freshRoot()))

describe('blobs in files', () => {
  it('are never mixed up with those that another one of us writes to the same folder', async () => {
    const root = await freshRoot()
    const writers = [await open(root), await openFileBlobs({ root, sweepUnfinished: false })]
    const drafts = await Promise.all(writers.map((blobs, at) => blobs.create(`a/${at}`)))
    await Promise.all(drafts.map((draft, at) => draft.write(Buffer.from(`of ${at}`))))
    await Promise.all(drafts.map((draft) => draft.commit()))
    const [blobs] = writers
    expect(String(await blobs?.read('a/0', 0, 9))).toBe('of 0')
    expect(String(await blobs?.read('a/1', 0, 9))).toBe('of 1')
    writers[1]?.close()
  })

  it('keep what was committed for the next process, and sweep what was not', async () => {
    const root = await freshRoot()
    const before = await open(root)
    const done = await before.create('a/done')
    await done.write(Buffer.from('kept'))
    await done.commit()
    const lost = await before.create('a/lost')
    await lost.write(Buffer.from('lost'))
    expect(await readdir(join(root, 'tmp'))).toHaveLength(1)

    const after = await open(root)
    expect((await after.read('a/done', 0, 10)).toString()).toBe('kept')
    expect(await readdir(join(root, 'tmp'))).toHaveLength(0)
    await lost.abort()
  })

  it('leave no file and no folder behind', async () => {
    const root = await freshRoot()
    const blobs = await open(root)
    const writer = await blobs.create('deep/er/still')
    await writer.commit()
    await blobs.remove('deep/er/still')
    const aborted = await blobs.create('deep/er/aborted')
    await aborted.abort()
    expect(await readdir(root, { recursive: true })).toEqual(['tmp'])
  })

  it('read more files at once than stay open', async () => {
    const blobs = await open(await freshRoot(), 2)
    const names = Array.from({ length: 20 }, (_, i) => `many/${i}`)
    for (const name of names) {
      const writer = await blobs.create(name)
      await writer.write(Buffer.from(name))
      await writer.commit()
    }
    const twice = await Promise.all([...names, ...names].map((name) => blobs.read(name, 0, 99)))
    expect(twice.map(String)).toEqual([...names, ...names])
  })

  it('finish a read whose blob is removed meanwhile', async () => {
    const blobs = await open(await freshRoot())
    const writer = await blobs.create('x')
    await writer.write(Buffer.alloc(1_000_000, 7))
    await writer.commit()
    const reading = blobs.read('x', 0, 1_000_000).catch(() => undefined)
    await blobs.remove('x')
    // Removed before the file was opened, or while it was read: never a part of it.
    const bytes = await reading
    if (bytes) expect(bytes.equals(Buffer.alloc(1_000_000, 7))).toBe(true)
  })
})
