import type { Endpoint } from '../endpoint.ts'
import { chat } from './chat/chat.ts'
import { completions } from './completions/completions.ts'
import { embeddings } from './embeddings/embeddings.ts'
import { responses } from './responses/responses.ts'

/** Where models work, by path. */
export const endpoints: ReadonlyMap<string, Endpoint> = new Map([
  ['/v1/chat/completions', chat],
  ['/v1/completions', completions],
  ['/v1/embeddings', embeddings],
  ['/v1/responses', responses],
])
