import type { FastifyInstance, HTTPMethods } from 'fastify'
import { ApiError } from './errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is there to say which methods its path takes. */
    refuses?: boolean
  }
}

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** A path that exists answers to its other methods with 405, and says which ones it takes. */
export const refuseOtherMethods = (
  app: FastifyInstance,
  url: string,
  taken: readonly HTTPMethods[],
): void => {
  const alive = taken.includes('GET') ? [...taken, 'HEAD' as const] : taken
  app.route({
    method: METHODS.filter((method) => !alive.includes(method)),
    url,
    config: { refuses: true },
    handler: async (request, reply) => {
      reply.header('allow', alive.join(', '))
      throw new ApiError('method_not_allowed', `This path takes ${alive.join(', ')}, not ${request.method}`)
    },
  })
}
