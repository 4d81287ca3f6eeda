import type { FastifyReply } from 'fastify'
import type { Outbox } from '../../sockets/outbox.ts'
import { writeHead } from '../write-head.ts'

/** Up to here, making a text of a body is cheaper than a write of two parts. */
const ONE_WRITE_BYTES_MAX = 16_384

/**
 * Sends an answer in one write, head and body: Node puts both together only where the body is text. As latin1
 * each byte is a character, so the bytes stay what they are.
 */
export const sendWhole = (reply: FastifyReply, body: Buffer, outbox: Outbox): void => {
  const { raw } = reply.header('content-length', body.length).hijack()
  writeHead(reply)
  if (body.length > ONE_WRITE_BYTES_MAX) raw.end(body)
  else outbox.add({ flush: () => raw.end(body.toString('latin1'), 'latin1') })
}
