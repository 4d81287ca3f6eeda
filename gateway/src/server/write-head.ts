import type { OutgoingHttpHeader } from 'node:http'
import type { FastifyReply } from 'fastify'

/** Sends a reply's status and headers now, whatever its body will be; from here on `reply.raw` is written to. */
export const writeHead = (reply: FastifyReply): void => {
  const headers: OutgoingHttpHeader[] = []
  const given = reply.getHeaders()
  for (const name in given) {
    const value = given[name]
    if (value !== undefined) headers.push(name, value)
  }
  // In one list: set one by one, Node would check and copy each twice.
  reply.raw.writeHead(reply.statusCode, headers)
}
