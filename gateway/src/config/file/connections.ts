import { DEFAULT_CONNECTIONS } from '../default-limits.ts'
import { count, members } from './words.ts'

/** How long one connection of a client is borne with. */
export const connectionsSchema = members({
  max: count
    .max(1_000_000)
    .default(DEFAULT_CONNECTIONS.max)
    .describe('Connections open at the same time; beyond them only probes are answered, for a moment.'),
  headers_seconds_max: count
    .max(3_600)
    .default(DEFAULT_CONNECTIONS.headersMs / 1_000)
    .describe('Until the headers of a request are whole.'),
  request_seconds_max: count
    .max(86_400)
    .default(DEFAULT_CONNECTIONS.requestMs / 1_000)
    .describe('Until its body is whole; and within as long a reader has to take a write of an answer.'),
  stalled_seconds_max: count
    .max(3_600)
    .default(DEFAULT_CONNECTIONS.stalledMs / 1_000)
    .describe('A body that is not sent, or an answer that is not taken, for so long ends the connection.'),
  keep_alive_seconds: count
    .max(3_600)
    .default(DEFAULT_CONNECTIONS.keepAliveMs / 1_000)
    .describe('A connection between two requests is kept open so long.'),
})
