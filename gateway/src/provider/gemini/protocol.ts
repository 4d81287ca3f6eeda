import { ReadStream } from '../answers/read-stream.ts'
import type { Deployment } from '../deployment.ts'
import type { Manner, Protocol } from '../protocol.ts'
import { billedText } from './billed-text.ts'
import { interpret, READERS } from './interpret.ts'
import { readChunks } from './read-chunks.ts'

/** Gemini's own API, the one for developers. The base URL ends in `/v1beta`. */
export const geminiProtocol: Protocol = {
  endpoints: new Set(READERS.keys()),
  target: (deployment, endpoint, manner) => ({
    path: `/${modelPath(deployment)}:${methodOf(endpoint, manner)}`,
    headers: { 'x-goog-api-key': deployment.apiKey, 'content-type': 'application/json' },
  }),
  interpret,
  stream: () => new ReadStream(readChunks()),
  billedText,
}

/** Models of one's own have another collection, which is part of their name: `tunedModels/…`. */
const modelPath = ({ providerModel }: Deployment): string => {
  const path = providerModel.split('/').map(encodeURIComponent).join('/')
  return providerModel.includes('/') ? path : `models/${path}`
}

/** Embeddings are asked for in lists, as ours are; without `alt=sse` a stream would be one JSON array. */
const methodOf = (endpoint: string, { isStream }: Manner): string => {
  if (endpoint === 'embedContent') return 'batchEmbedContents'
  return isStream ? 'streamGenerateContent?alt=sse' : endpoint
}
