import { ReadStream } from '../answers/read-stream.ts'
import type { CallerHeaders, Protocol } from '../protocol.ts'
import { billedText } from './billed-text.ts'
import { interpret, READERS } from './interpret.ts'
import { anthropicRates } from './rate-headers.ts'
import { readEvents } from './read-events.ts'

/** Anthropic's own API. The base URL ends in `/v1`, so our prefix goes. */
export const anthropicProtocol: Protocol = {
  endpoints: new Set(READERS.keys()),
  target: (deployment, endpoint, { headers }) => ({
    path: endpoint.replace(/^\/v1/, ''),
    headers: {
      'x-api-key': deployment.apiKey,
      'content-type': 'application/json',
      'anthropic-version': headers['anthropic-version'] ?? VERSION_DEFAULT,
      ...betaOf(headers),
    },
  }),
  interpret,
  stream: () => new ReadStream(readEvents()),
  billedText,
  rates: anthropicRates,
}

/** The one that takes the most: requests that are translated may have a temperature. */
const VERSION_DEFAULT = '2023-06-01'

const betaOf = ({ 'anthropic-beta': beta }: CallerHeaders): CallerHeaders =>
  beta === undefined ? {} : { 'anthropic-beta': beta }
