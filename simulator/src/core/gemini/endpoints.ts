import type { Endpoint } from '../endpoint.ts'
import type { Address } from '../maker.ts'
import { paramOf } from './address.ts'
import { countTokens } from './content/count-tokens.ts'
import { generateContent } from './content/generate-content.ts'
import { batchEmbedContents, embedContent } from './embed/embed-content.ts'
import { endpointOf } from './endpoint-of.ts'

type EndpointFor = (model: string, address: Address) => Endpoint

/** Where models work, by method. */
export const methods: ReadonlyMap<string, EndpointFor> = new Map<string, EndpointFor>([
  ['generateContent', (model) => endpointOf(generateContent(undefined), { model, streamed: false })],
  [
    'streamGenerateContent',
    (model, address) => {
      const form = paramOf(address, 'alt') === 'sse' ? 'events' : 'list'
      return endpointOf(generateContent(form), { model, streamed: true })
    },
  ],
  ['countTokens', (model) => endpointOf(countTokens, { model, streamed: false })],
  ['embedContent', (model) => endpointOf(embedContent, { model, streamed: false })],
  ['batchEmbedContents', (model) => endpointOf(batchEmbedContents, { model, streamed: false })],
])
