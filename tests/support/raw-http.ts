import { connect, type Socket } from 'node:net'

/** A connection on which a test says exactly which bytes go out, and when. */
export interface RawConnection {
  readonly socket: Socket
  send(bytes: string | Uint8Array): Promise<void>
  /** All that came so far. */
  received(): string
  /** Resolves once it has come; rejects where the connection ends before. */
  until(found: (received: string) => boolean): Promise<string>
  /** Resolves with all that came when the peer has closed. */
  ended(): Promise<string>
  close(): void
}

/** Far beyond anything that is expected: a test that would hang says what it has got. */
const GUARD_MS = 60_000

export const openRaw = async (url: string): Promise<RawConnection> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let text = ''
  let ended = false
  const wakes = new Set<() => void>()
  const wake = (): void => {
    for (const each of [...wakes]) each()
  }
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    wake()
  })
  // A reset is an end like any other: what counts is what came before it.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    ended = true
    wake()
  })
  const until = (found: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const settle = (how: () => void): void => {
        clearTimeout(guard)
        wakes.delete(look)
        how()
      }
      const look = (): void => {
        if (found()) settle(() => resolve(text))
        else if (ended) settle(() => reject(new Error(`the connection ended after: ${text.slice(0, 500)}`)))
      }
      const guard = setTimeout(
        () => settle(() => reject(new Error(`still waiting after: ${text.slice(0, 500)}`))),
        GUARD_MS,
      )
      wakes.add(look)
      look()
    })
  return {
    socket,
    send: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    received: () => text,
    until: (found) => until(() => found(text)),
    ended: () => until(() => ended),
    close: () => socket.destroy(),
  }
}

export const statusOf = (received: string): number => Number(/^HTTP\/1\.[01] (\d{3})/.exec(received)?.[1])

/** What stands behind the headers of an answer with `content-length`. */
export const bodyOf = (received: string): string => received.slice(received.indexOf('\r\n\r\n') + 4)
