import type { IncomingMessage, RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'
import type { LastWords } from './last-words.ts'
import type { OpenExchanges } from './open-exchanges.ts'

/**
 * A handler that is given only requests whose end there is one way to find. Where Node is more generous, a
 * proxy before us may have read the same bytes as two requests: then the connection ends, and what stands
 * behind the request is not read.
 */
export const unambiguous = (
  handler: RequestListener,
  { exchanges, lastWords }: { exchanges: OpenExchanges; lastWords: LastWords },
): RequestListener => {
  const finished = new WeakSet<Duplex>()
  return (request, response) => {
    const { socket } = request
    if (finished.has(socket) || lastWords.areSaid(socket)) return
    if (!isClearlyFramed(request)) {
      lastWords.say(socket, 'bad_request')
      return
    }
    if (request.headers.upgrade !== undefined) {
      // Node leaves out what came in one piece with it, and takes what follows for a request from its start.
      finished.add(socket)
      response.setHeader('connection', 'close')
    }
    exchanges.begin({ request, response })
    handler(request, response)
  }
}

/** Node takes any list of codings that ends in `chunked`, also from the old protocol, which has none. */
const isClearlyFramed = ({ headers, httpVersion }: IncomingMessage): boolean => {
  const { 'transfer-encoding': coding } = headers
  if (httpVersion === '1.1') return coding === undefined || /^chunked$/i.test(coding)
  return httpVersion === '1.0' && coding === undefined
}
