import type { FastifyReply } from 'fastify'

/** Sends a reply's status and headers now, whatever its body will be; from here on `reply.raw` is written to. */
export const writeHead = (reply: FastifyReply): void => {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
  reply.raw.writeHead(reply.statusCode)
}
