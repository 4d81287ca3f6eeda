import { statfs } from 'node:fs/promises'
import { createDiskRoom, type Room } from '../execute/room.ts'

/** The room on the disk of the data directory. */
export const diskRoom = (dataDir: string, freeBytesMin: () => number): Room =>
  createDiskRoom({
    path: dataDir,
    get freeBytesMin() {
      return freeBytesMin()
    },
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(dataDir)
      return bavail * bsize
    },
  })
