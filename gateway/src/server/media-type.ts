import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from './errors.ts'

/** A body that is read has to be sent as it is: what grows when it is unpacked has no size that can be checked. */
export const requireUncompressed = (headers: IncomingHttpHeaders): void => {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() === 'identity') return
  const message = `The body is ${encoding.slice(0, 80)}; send it as it is`
  throw new ApiError('unsupported_encoding', message, { field: 'Content-Encoding' })
}

/** Such a body has to be JSON in UTF-8. */
export const requireJson = (headers: IncomingHttpHeaders): void => {
  requireUncompressed(headers)
  const type = headers['content-type'] ?? ''
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type) ?? []
  const isJson = /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(type)
  if (isJson && /^(utf-?8|us-ascii)$/i.test(charset)) return
  const given = type === '' ? 'of no stated type' : `"${type.slice(0, 80)}"`
  const message = `The body is ${given}; it must be application/json in UTF-8`
  throw new ApiError('unsupported_media_type', message, { field: 'Content-Type' })
}
