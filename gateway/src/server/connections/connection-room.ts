import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../clock/clock.ts'

/** Keeps room for those who ask whether the server lives, however many connections others hold open. */
export interface ConnectionRoom {
  watch(server: Server): void
  /** The connection is one too many for anything but a probe. */
  isSpare(socket: Duplex): boolean
  /** Closes what is open for nothing. */
  make(): Promise<void>
  /** With those that are kept for probes: beyond them nobody is let in. */
  connectionsMax(): number
  open(): number
}

const SPARE_CONNECTIONS = 64
/** A spare connection is not for staying. */
const SPARE_MS = 5_000

export const createConnectionRoom = (order: {
  clock: Clock
  max: () => number
  closeIdle: () => void
}): ConnectionRoom => {
  const { clock, max, closeIdle } = order
  const spare = new WeakSet<Duplex>()
  let open = 0

  const isFull = (): boolean => open > max()

  const takeSpare = (socket: Duplex): void => {
    spare.add(socket)
    const cancel = clock.after(SPARE_MS, () => {
      if (isFull()) socket.destroy()
      else spare.delete(socket)
    })
    socket.once('close', cancel)
  }

  return {
    watch(server) {
      server.on('connection', (socket: Duplex) => {
        open += 1
        socket.once('close', () => {
          open -= 1
        })
        if (isFull()) takeSpare(socket)
      })
    },
    isSpare: (socket) => spare.has(socket) && isFull(),
    async make() {
      closeIdle()
      // They are counted until they are closed, which is at the end of this turn of the loop.
      await setImmediate()
      await setImmediate()
    },
    connectionsMax: () => max() + SPARE_CONNECTIONS,
    open: () => open,
  }
}
