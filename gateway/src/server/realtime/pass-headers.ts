import type { FastifyReply } from 'fastify'
import type { ProviderHead } from '../../interactive/interactive-call.ts'

/** Theirs, and the name under which it reaches the client: all others of the provider stay here. */
const PASSED = [
  ['content-type', 'content-type'],
  ['retry-after', 'retry-after'],
  ['x-request-id', 'x-provider-request-id'],
] as const

export const passHeaders = (reply: FastifyReply, headers: ProviderHead['headers']): void => {
  for (const [theirs, ours] of PASSED) {
    const value = headers.get(theirs)
    if (value !== undefined) reply.header(ours, value)
  }
}
