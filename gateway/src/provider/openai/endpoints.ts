import type { ReadAnswer } from '../answers/reading.ts'
import { readChat } from './read-chat.ts'
import { readEmbeddings } from './read-embeddings.ts'
import { readResponse } from './read-response.ts'
import { readTextCompletion } from './read-text-completion.ts'

/** What must be known of an endpoint of OpenAI's API. */
export interface Endpoint {
  readonly read: ReadAnswer
  /** Fields of the request whose text is read by the model, and whose schemas (names and all) are. */
  readonly inputTexts: readonly string[]
  readonly inputSchemas: readonly string[]
  /** Fields of the answer that hold what was generated. */
  readonly output: readonly string[]
}

export const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  [
    '/v1/chat/completions',
    {
      read: readChat,
      inputTexts: ['messages'],
      inputSchemas: ['tools', 'functions', 'response_format'],
      output: ['choices'],
    },
  ],
  [
    '/v1/completions',
    { read: readTextCompletion, inputTexts: ['prompt', 'suffix'], inputSchemas: [], output: ['choices'] },
  ],
  ['/v1/embeddings', { read: readEmbeddings, inputTexts: ['input'], inputSchemas: [], output: [] }],
  [
    '/v1/responses',
    {
      read: readResponse,
      inputTexts: ['instructions', 'input'],
      inputSchemas: ['tools', 'text'],
      output: ['output'],
    },
  ],
])

/** Those who read their successes. */
export const READERS: ReadonlyMap<string, ReadAnswer> = new Map(
  Array.from(ENDPOINTS, ([endpoint, { read }]) => [endpoint, read]),
)
