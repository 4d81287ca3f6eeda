import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../../clock/clock.ts'

const LOOK_EVERY_MS = 1_000

/** What had been taken of a connection's answers when it was seen first, with more of them to take. */
interface Taken {
  readonly bytes: number
  readonly since: number
}

/**
 * Ends connections whose client takes its answer so slowly that not one write, of a megabyte as a rule, gets
 * away within a window. A byte now and then does not make it a reader.
 */
export const endSlowReaders = (
  server: Server,
  { clock, windowMs }: { clock: Clock; windowMs: () => number },
): void => {
  const taken = new Map<Socket, Taken | undefined>()

  const look = (): void => {
    const now = clock.monotonic()
    for (const [socket, before] of taken) {
      const bytes = socket.bytesWritten - socket.writableLength
      if (socket.writableLength === 0) taken.set(socket, undefined)
      else if (before?.bytes !== bytes) taken.set(socket, { bytes, since: now })
      else if (now - before.since >= windowMs()) socket.destroy()
    }
    cancel = clock.after(LOOK_EVERY_MS, look)
  }

  let cancel = clock.after(LOOK_EVERY_MS, look)
  server.on('connection', (socket: Socket) => {
    taken.set(socket, undefined)
    socket.once('close', () => taken.delete(socket))
  })
  server.once('close', () => cancel())
}
