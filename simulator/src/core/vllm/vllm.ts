import type { Address, Maker } from '../maker.ts'
import { endpoints } from '../openai/endpoints.ts'
import { openai } from '../openai/openai.ts'
import { chat } from './chat.ts'
import { errorBody } from './error-body.ts'

/** In place of a port of its own: `http://HOST:PORT/vllm/v1` is a server's base URL. */
const prefix = '/vllm'
const chatPath = '/v1/chat/completions'
const otherPaths = new Set(['/v1/completions', '/v1/embeddings', '/v1/responses'])

/** A server of vLLM: OpenAI's language as those who copied it speak it. It knows nothing of rates. */
export const vllm: Maker = {
  ...openai,
  owns: ({ path }) => path.startsWith(`${prefix}/`),
  endpointAt(address) {
    const { method, path } = within(address)
    if (method !== 'POST') return undefined
    if (path === chatPath) return chat
    return otherPaths.has(path) ? endpoints.get(path) : undefined
  },
  misfit: () => undefined,
  look: (address) => openai.look(within(address)),
  unknownModel: (name) => ({
    status: 404,
    type: 'NotFoundError',
    message: `The model \`${name}\` does not exist.`,
  }),
  errorBody,
  headers: () => ({ 'content-type': 'application/json' }),
}

const within = (address: Address): Address => ({ ...address, path: address.path.slice(prefix.length) })
