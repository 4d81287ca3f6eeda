import { describe, expect, it } from 'vitest'
import { BlobMissing, type Blobs } from './blobs.ts'

const written = async (blobs: Blobs, name: string, ...pieces: string[]): Promise<void> => {
  const writer = await blobs.create(name)
  for (const piece of pieces) await writer.write(Buffer.from(piece))
  await writer.commit()
}

const names = async (blobs: Blobs, prefix: string): Promise<string[]> => {
  const found: string[] = []
  for await (const { name } of blobs.list(prefix)) found.push(name)
  return found.sort()
}

const text = async (blobs: Blobs, name: string): Promise<string> =>
  (await blobs.read(name, 0, 1_000)).toString()

/** What every implementation of `Blobs` promises. `open` gives an empty one. */
export const blobsContract = (label: string, open: () => Promise<Blobs>): void => {
  describe(`blobs: ${label}`, () => {
    it('reads back what was written, by any range', async () => {
      const blobs = await open()
      const writer = await blobs.create('inputs/a/b.jsonl')
      await writer.write(Buffer.from('hello '))
      await writer.write(Buffer.from('world'))
      expect(await writer.commit()).toEqual({ bytes: 11 })
      expect((await blobs.read('inputs/a/b.jsonl', 0, 11)).toString()).toBe('hello world')
      expect((await blobs.read('inputs/a/b.jsonl', 4, 4)).toString()).toBe('o wo')
      expect(await blobs.read('inputs/a/b.jsonl', 3, 0)).toHaveLength(0)
    })

    it('gives fewer bytes at the end of a blob, and none behind it', async () => {
      const blobs = await open()
      await written(blobs, 'x', 'hello')
      expect((await blobs.read('x', 3, 100)).toString()).toBe('lo')
      expect(await blobs.read('x', 5, 1)).toHaveLength(0)
      expect(await blobs.read('x', 99, 1)).toHaveLength(0)
    })

    it('shows nothing before the commit', async () => {
      const blobs = await open()
      const writer = await blobs.create('x/y')
      await writer.write(Buffer.from('half'))
      await expect(blobs.read('x/y', 0, 4)).rejects.toBeInstanceOf(BlobMissing)
      expect(await names(blobs, '')).toEqual([])
      await writer.commit()
      expect(await text(blobs, 'x/y')).toBe('half')
    })

    it('finds a blob that was looked for too early', async () => {
      const blobs = await open()
      await expect(blobs.read('late', 0, 1)).rejects.toBeInstanceOf(BlobMissing)
      await written(blobs, 'late', 'here')
      expect(await text(blobs, 'late')).toBe('here')
    })

    it('drops an aborted blob, however often it is aborted', async () => {
      const blobs = await open()
      const writer = await blobs.create('x')
      await writer.write(Buffer.from('gone'))
      await writer.abort()
      await writer.abort()
      await expect(blobs.read('x', 0, 1)).rejects.toBeInstanceOf(BlobMissing)
      expect(await names(blobs, '')).toEqual([])
    })

    it('keeps two writers of one name apart: the last commit is the blob', async () => {
      const blobs = await open()
      const [first, second] = [await blobs.create('x'), await blobs.create('x')]
      await first.write(Buffer.from('first'))
      await second.write(Buffer.from('second'))
      await second.commit()
      expect(await text(blobs, 'x')).toBe('second')
      await first.commit()
      expect(await text(blobs, 'x')).toBe('first')
    })

    it('commits a blob without bytes', async () => {
      const blobs = await open()
      await written(blobs, 'empty')
      expect(await text(blobs, 'empty')).toBe('')
    })

    it('removes blobs, and minds neither absence nor the neighbours', async () => {
      const blobs = await open()
      await written(blobs, 'b/1', 'one')
      await written(blobs, 'b/2', 'two')
      await blobs.read('b/1', 0, 1)
      await blobs.remove('b/1')
      await blobs.remove('b/1')
      await blobs.remove('never/was')
      await expect(blobs.read('b/1', 0, 1)).rejects.toBeInstanceOf(BlobMissing)
      expect(await text(blobs, 'b/2')).toBe('two')
      await blobs.remove('b/2')
      await written(blobs, 'b/1', 'again')
      expect(await text(blobs, 'b/1')).toBe('again')
    })

    it('lists names below a prefix, with their sizes', async () => {
      const blobs = await open()
      for (const name of ['in/a/1', 'in/a/22', 'in/ab/3', 'out/4']) await written(blobs, name, name)
      expect(await names(blobs, '')).toEqual(['in/a/1', 'in/a/22', 'in/ab/3', 'out/4'])
      expect(await names(blobs, 'in/a/')).toEqual(['in/a/1', 'in/a/22'])
      expect(await names(blobs, 'in/a')).toEqual(['in/a/1', 'in/a/22', 'in/ab/3'])
      expect(await names(blobs, 'nowhere/')).toEqual([])
      for await (const { name, bytes } of blobs.list('')) expect(bytes).toBe(name.length)
    })

    it('treats a name within a blob, or of a folder, as missing', async () => {
      const blobs = await open()
      await written(blobs, 'x', 'file')
      await written(blobs, 'folder/file', 'file')
      await expect(blobs.read('folder', 0, 1)).rejects.toBeInstanceOf(BlobMissing)
      await blobs.remove('folder')
      expect(await text(blobs, 'folder/file')).toBe('file')
      await expect(blobs.read('x/y', 0, 1)).rejects.toBeInstanceOf(BlobMissing)
      await blobs.remove('x/y')
      expect(await text(blobs, 'x')).toBe('file')
    })

    it.each([
      '',
      '/',
      '/etc/passwd',
      '../x',
      'a/../b',
      'a//b',
      'a/.',
      '.',
      '..',
      'a\\b',
      'a\0b',
      'ü',
      'a b',
      'tmp/x',
    ])('refuses the name %j', async (name) => {
      const blobs = await open()
      await expect(blobs.create(name)).rejects.toThrow('is no name of a blob')
      await expect(blobs.read(name, 0, 1)).rejects.toThrow('is no name of a blob')
      await expect(blobs.remove(name)).rejects.toThrow('is no name of a blob')
    })
  })
}
