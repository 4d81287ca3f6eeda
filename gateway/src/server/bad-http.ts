import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { ERRORS, type ErrorCode } from './errors.ts'
import type { ServerObserver } from './observer.ts'

const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** What is no HTTP has no reply object: the answer is written to the socket. */
export const answerBadHttp = (
  error: Error & { code?: string },
  socket: Duplex,
  observer: Pick<ServerObserver, 'notHttp'>,
): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const code = CODES[error.code ?? ''] ?? 'bad_request'
  observer.notHttp(ERRORS[code].status)
  answerOn(socket, code)
}

/** What Node would answer by itself, without a word: here it gets ours. */
export const takeOddRequests = (server: Server): void => {
  // A proxy's method. Node closes the connection in silence.
  server.on('connect', (_request, socket) => answerOn(socket, 'method_not_allowed'))
  // An expectation that nobody knows may be passed over (RFC 9110, 10.1.1). Node answers 417 without a body.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

const answerOn = (socket: Duplex, code: ErrorCode): void => {
  const body = JSON.stringify({ error: code, message: ERRORS[code].text })
  socket.end(
    `HTTP/1.1 ${ERRORS[code].status} Error\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
