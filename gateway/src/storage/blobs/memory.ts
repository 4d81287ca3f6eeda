import { assertBlobName } from './blob-name.ts'
import { BlobMissing, type Blobs, type BlobWriter } from './blobs.ts'

export interface MemoryBlobs extends Blobs {
  /** What a crash leaves: committed blobs stay, open writers are dead and their bytes are gone. */
  crash(): void
}

/** Blobs in memory, for tests and the simulation. */
export const createMemoryBlobs = (): MemoryBlobs => {
  const committed = new Map<string, Buffer>()
  let life = 0

  const createWriter = (name: string): BlobWriter => {
    const born = life
    let pieces: Buffer[] | undefined = []
    const open = (): Buffer[] => {
      if (born !== life) throw new Error(`the blob "${name}" was being written when its process crashed`)
      if (!pieces) throw new Error(`the blob "${name}" is not open for writing any more`)
      return pieces
    }
    return {
      async write(bytes) {
        open().push(Buffer.from(bytes))
      },
      async commit() {
        const whole = Buffer.concat(open())
        pieces = undefined
        committed.set(name, whole)
        return { bytes: whole.length }
      },
      async abort() {
        pieces = undefined
      },
    }
  }

  return {
    async create(name) {
      assertBlobName(name)
      return createWriter(name)
    },
    async read(name, start, length) {
      assertBlobName(name)
      const whole = committed.get(name)
      if (!whole) throw new BlobMissing(`there is no blob "${name}"`)
      return Buffer.from(whole.subarray(start, start + length))
    },
    async remove(name) {
      assertBlobName(name)
      committed.delete(name)
    },
    async *list(prefix) {
      for (const [name, whole] of [...committed]) {
        if (name.startsWith(prefix)) yield { name, bytes: whole.length }
      }
    },
    crash() {
      life += 1
    },
  }
}
