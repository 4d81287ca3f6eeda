import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../errors.ts'
import type { LastWords } from './last-words.ts'
import type { OpenExchanges } from './open-exchanges.ts'

const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** What is no HTTP, or what Node would answer by itself, without a word: here it gets ours. */
export const answerBadHttp = (
  server: Server,
  { exchanges, lastWords }: { exchanges: OpenExchanges; lastWords: LastWords },
): void => {
  server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
    if (lastWords.areSaid(socket)) return
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else lastWords.say(socket, CODES[error.code ?? ''] ?? 'bad_request')
  })
  // A proxy's method. Node closes the connection in silence.
  server.on('connect', (_request, socket: Duplex) => {
    // Nobody watches over the connection any more, so nothing is waited for on it.
    if (exchanges.on(socket).length > 0) socket.destroy()
    else lastWords.say(socket, 'method_not_allowed')
  })
  // An expectation that nobody knows may be passed over (RFC 9110, 10.1.1). Node answers 417 without a body.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}
