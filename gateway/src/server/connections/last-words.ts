import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../clock/clock.ts'
import { ERRORS, type ErrorCode } from '../errors.ts'
import type { ServerObserver } from '../observer.ts'
import { SAFE_HEADERS } from '../safe-headers.ts'
import type { OpenExchange, OpenExchanges } from './open-exchanges.ts'

/** Time for the other side to read the answer and close; a reset before would take the answer with it. */
const LINGER_MS = 5_000

/** Says what is wrong with what came on a connection, and ends it. */
export interface LastWords {
  say(socket: Duplex, code: ErrorCode): void
  /** Nothing that comes behind them is looked at. */
  areSaid(socket: Duplex): boolean
}

/**
 * An answer for which there is no reply object, written to the socket. It stands behind the answers that the
 * connection is still owed: within one of them it would be taken for a part of it, and before one for it.
 */
export const createLastWords = (order: {
  clock: Clock
  observer: Pick<ServerObserver, 'notHttp'>
  exchanges: OpenExchanges
}): LastWords => {
  const { clock, observer, exchanges } = order
  const ended = new WeakSet<Duplex>()

  const end = (socket: Duplex, text: string): void => {
    if (socket.writable) socket.end(text)
    socket.once(
      'close',
      clock.after(LINGER_MS, () => socket.destroy()),
    )
  }

  return {
    say(socket, code) {
      if (ended.has(socket)) return
      ended.add(socket)
      observer.notHttp(ERRORS[code].status)
      const open = exchanges.on(socket)
      const broken = open.find(({ request }) => !request.complete)
      const owed = open.filter((exchange) => exchange !== broken)
      // A refusal that went out before its body had come is whole already.
      const last = (): void => end(socket, broken?.response.headersSent ? '' : answerText(code))
      if (owed.length === 0) last()
      else void allOver(owed).then(last)
    },
    areSaid: (socket) => ended.has(socket),
  }
}

const allOver = async (exchanges: readonly OpenExchange[]): Promise<void> => {
  await Promise.all(exchanges.map(({ response }) => once(response, 'close')))
}

const answerText = (code: ErrorCode): string => {
  const body = JSON.stringify({ error: code, message: ERRORS[code].text })
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...SAFE_HEADERS,
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${ERRORS[code].status} Error\r\n${lines.join('')}\r\n${body}`
}
