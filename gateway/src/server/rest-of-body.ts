import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock/clock.ts'

const BYTES_MAX = 256 * 1_048_576
const MS_MAX = 30_000

/**
 * Reads away what is left of a body that was refused; resolves when it has ended or was cut off. Clients
 * send their whole body before they look for an answer: if the connection closed before, the reset would
 * take the answer with it.
 */
export const restOfBody = (body: IncomingMessage, clock: Clock): Promise<void> => {
  if (body.complete || body.destroyed) {
    body.resume()
    return Promise.resolve()
  }
  let left = BYTES_MAX
  const cancel = clock.after(MS_MAX, () => body.destroy())
  body.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) body.destroy()
  })
  body.on('error', () => undefined)
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      resolve()
    }
    body.once('end', done)
    body.once('close', done)
    body.resume()
  })
}
