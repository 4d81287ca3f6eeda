import type { Protocol } from '../protocol.ts'
import { billedText } from './billed-text.ts'
import { ENDPOINTS } from './endpoints.ts'
import { interpret } from './interpret.ts'
import { openaiRates } from './rate-headers.ts'
import { OpenaiStream } from './stream/openai-stream.ts'

/** OpenAI's own API, and every server that speaks it. The base URL ends in `/v1`, so our prefix goes. */
export const openaiProtocol: Protocol = {
  endpoints: new Set(ENDPOINTS.keys()),
  target: (deployment, endpoint) => ({
    path: endpoint.replace(/^\/v1/, ''),
    headers: { authorization: `Bearer ${deployment.apiKey}`, 'content-type': 'application/json' },
  }),
  interpret,
  stream: (endpoint, order) => new OpenaiStream(endpoint, order),
  billedText,
  rates: openaiRates,
}
