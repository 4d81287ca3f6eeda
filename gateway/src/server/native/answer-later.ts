import type { FastifyReply } from 'fastify'
import type { Clock } from '../../clock/clock.ts'
import { writeHead } from '../write-head.ts'

/** White space before JSON is legal, and keeps a client's read timeout of 10 s from striking. */
const SPACE_EVERY_MS = 5_000

export interface Company {
  /** The client closed the connection: nobody waits any more. */
  readonly gone: AbortSignal
  leave(): void
}

/**
 * Keeps a client that waits company: its headers and a space every 5 s. Once they are sent, the status is
 * 200 whatever comes.
 */
export const keepCompany = (reply: FastifyReply, clock: Clock): Company => {
  const { raw } = reply
  const gone = new AbortController()
  const leave = (): void => {
    cancel()
    raw.off('close', onClose)
  }
  const onClose = (): void => {
    leave()
    gone.abort()
  }
  let cancel = (): void => undefined
  const schedule = (): void => {
    cancel = clock.after(SPACE_EVERY_MS, () => {
      if (!raw.headersSent) writeHead(reply)
      raw.write(' ')
      schedule()
    })
  }
  raw.once('close', onClose)
  schedule()
  return { gone: gone.signal, leave }
}
