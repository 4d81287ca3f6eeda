import type { Blobs, BlobWriter } from '../../gateway/src/storage/blobs/blobs.ts'
import type { Dice } from './dice.ts'
import { fileError } from './injected.ts'
import type { SimProcess, Ways } from './process.ts'

export interface BlobTrouble {
  failure(): number
  isFull(): boolean
}

/** The blobs as one process reaches them: slowly, not always, and never after its death. */
export const processBlobs = (order: {
  shared: Blobs
  process: SimProcess
  dice: Dice
  ways: Ways
  trouble: BlobTrouble
}): Blobs => {
  const { shared, process, dice, ways, trouble } = order

  const cross = <Result>(work: () => Promise<Result>, writes: boolean): Promise<Result> =>
    process.cross(ways, async () => {
      if (writes && trouble.isFull()) throw fileError('ENOSPC')
      if (dice.chance(trouble.failure())) throw fileError('EIO')
      return work()
    })

  const writerOf = (writer: BlobWriter): BlobWriter => ({
    write: (bytes) => cross(() => writer.write(bytes), true),
    // A commit that happened may still be reported as failed.
    commit: () =>
      cross(async () => {
        const committed = await writer.commit()
        if (dice.chance(trouble.failure())) throw fileError('EIO')
        return committed
      }, true),
    abort: () => process.cross(ways, () => writer.abort()),
  })

  return {
    create: (name) => cross(async () => writerOf(await shared.create(name)), true),
    read: (name, start, length) => cross(() => shared.read(name, start, length), false),
    remove: (name) => cross(() => shared.remove(name), false),
    async *list(prefix) {
      yield* await cross(() => listed(shared, prefix), false)
    },
  }
}

type Listed = { name: string; bytes: number }

export const listed = async (blobs: Pick<Blobs, 'list'>, prefix: string): Promise<Listed[]> => {
  const found: Listed[] = []
  for await (const blob of blobs.list(prefix)) found.push(blob)
  return found
}
