import type { Understood } from './endpoint.ts'
import { makerOf } from './makers.ts'
import type { ModelOptions } from './options.ts'

/**
 * The text that the simulator answers to this body (text, bytes or the parsed object), so that a test can tell
 * whether the right answer came back: that of the first choice, and for embeddings the list of vectors as JSON.
 * `model` says what was configured for it, where its lengths were. Throws where the body is one that the
 * simulator refuses.
 */
export const expectedAnswer = (
  body: unknown,
  seed: number,
  model: ModelOptions = {},
  path = '/v1/chat/completions',
): string => understood(body, path).expected(seed, model)

/** Throws where nothing would be answered. */
export const understood = (body: unknown, path: string): Understood => {
  const address = { method: 'POST', path, query: '', headers: {} }
  const endpoint = makerOf(address).endpointAt(address)
  if (endpoint === undefined) throw new Error(`no answer to expect: no model works behind ${path}`)
  const parsed = endpoint.parse(body instanceof Uint8Array ? Buffer.from(body).toString() : body)
  if ('error' in parsed) throw new Error(`no answer to expect: ${parsed.error.message}`)
  return parsed
}
