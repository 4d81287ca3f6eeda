import type { FastifyInstance, FastifyRequest } from 'fastify'

/** In whose words a caller is answered. */
export type CallerDialect = 'native' | 'openai' | 'anthropic'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a handler that has seen a body or a batch that says it. */
    callerDialect: CallerDialect | null
  }
}

export const decorateDialect = (app: FastifyInstance): void => {
  app.decorateRequest('callerDialect', null)
}

/** Of endpoints that only OpenAI's dialect has. */
export const OPENAI_PATH =
  /^\/v1\/(files|uploads|chat\/completions|completions|embeddings|responses)(\/|\?|$)/

/** Of endpoints that only Anthropic's dialect has. */
export const ANTHROPIC_PATH = /^\/v1\/messages(\/|\?|$)/

/** Sent with every call of Anthropic's API, and with none of another. */
export const isAnthropicClient = ({ headers }: FastifyRequest): boolean =>
  headers['anthropic-version'] !== undefined

/** Sent by OpenAI's own client libraries, whatever they call; Anthropic's send such headers too. */
export const isOpenaiClient = (request: FastifyRequest): boolean =>
  !isAnthropicClient(request) && Object.keys(request.headers).some((name) => name.startsWith('x-stainless-'))

/** The headers say it, or the path, or what a handler found; otherwise it is the native one. */
export const dialectOf = (request: FastifyRequest): CallerDialect => {
  if (isAnthropicClient(request)) return 'anthropic'
  if (isOpenaiClient(request) || OPENAI_PATH.test(request.url)) return 'openai'
  if (ANTHROPIC_PATH.test(request.url)) return 'anthropic'
  return request.callerDialect ?? 'native'
}
