import type { FastifyInstance, FastifyRequest } from 'fastify'

/** In whose words a caller is answered. */
export type CallerDialect = 'native' | 'openai'

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

/** Sent by OpenAI's own client libraries, whatever they call. */
export const isOpenaiClient = ({ headers }: FastifyRequest): boolean =>
  Object.keys(headers).some((name) => name.startsWith('x-stainless-'))

/** The headers say it, or the path, or what a handler found; otherwise it is the native one. */
export const dialectOf = (request: FastifyRequest): CallerDialect => {
  if (isOpenaiClient(request) || OPENAI_PATH.test(request.url)) return 'openai'
  return request.callerDialect ?? 'native'
}
