import type { Trouble } from '../batch/trouble.ts'

/** Whether there is room for what is about to be paid for. */
export interface Room {
  trouble(): Trouble | undefined
  /** Called once a tick. */
  look(): Promise<void>
}

/**
 * Looks at the free space before it runs out: an answer that was paid for and cannot be stored is lost, so
 * sending stops while there is still room for all that is in flight.
 */
export const createDiskRoom = (order: {
  freeBytes: () => Promise<number>
  /** Read at each look: it may change while the server runs. */
  readonly freeBytesMin: number
  path: string
}): Room => {
  const { freeBytes, path } = order
  let trouble: Trouble | undefined
  return {
    trouble: () => trouble,
    async look() {
      const free = await freeBytes()
      const { freeBytesMin } = order
      trouble =
        free >= freeBytesMin
          ? undefined
          : {
              code: 'disk_full',
              message:
                `The disk of ${path} has ${mib(free)} MiB left, at least ${mib(freeBytesMin)} are needed. ` +
                'Nothing is sent until there is room; what was answered is safe.',
            }
    },
  }
}

const mib = (bytes: number): number => Math.floor(bytes / 1_048_576)
