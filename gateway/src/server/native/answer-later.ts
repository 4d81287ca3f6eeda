import type { ServerResponse } from 'node:http'
import type { Clock } from '../../clock/clock.ts'

/** White space before JSON is legal, and keeps a client's read timeout of 10 s from striking. */
const SPACE_EVERY_MS = 5_000

/**
 * Keeps a client that waits company: its headers and a space every 5 s. Once they are sent, the status is
 * 200 whatever comes. The returned function ends it.
 */
export const keepCompany = (
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  clock: Clock,
): (() => void) => {
  let cancel = (): void => undefined
  const schedule = (): void => {
    cancel = clock.after(SPACE_EVERY_MS, () => {
      if (response.destroyed || response.writableEnded) return
      if (!response.headersSent) response.writeHead(200, headers)
      response.write(' ')
      schedule()
    })
  }
  schedule()
  return () => cancel()
}
