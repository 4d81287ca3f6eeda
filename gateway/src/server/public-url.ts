import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { ApiError } from './errors.ts'

/** A name or an address, with or without a port: what cannot lead elsewhere within a URL. */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/

/**
 * Where the caller reaches this server, without a slash at its end: as the installation says, else as the caller
 * says in Host, which only leads itself astray. What proxies add is not looked at: anybody can send it.
 */
export const publicUrlFor = (
  { publicUrl }: Pick<Config, 'publicUrl'>,
  { headers }: FastifyRequest,
): string => {
  if (publicUrl !== undefined) return publicUrl
  const { host } = headers
  if (host !== undefined && HOST.test(host)) return `http://${host}`
  throw new ApiError('bad_request', 'The header Host must name the server, for the URLs in the answer', {
    field: 'Host',
  })
}
