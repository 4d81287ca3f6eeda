import type { FastifyReply } from 'fastify'
import type { Answered } from '../../interactive/interactive-call.ts'

const TEXT_SHOWN = 1_000

/**
 * A provider's error in the caller's dialect: its own bytes where it speaks that, else our envelope around its
 * words, such as a proxy's page. The status is its own in any case.
 */
export const errorOfProvider = (reply: FastifyReply, { status, body }: Answered): Buffer => {
  const text = body.toString('utf8')
  if (isEnvelope(text)) return body
  reply.header('content-type', 'application/json; charset=utf-8')
  const said = text.trim() === '' ? '' : `: ${text.slice(0, TEXT_SHOWN)}`
  const error = {
    message: `The provider answered with status ${status}${said}`,
    type: status >= 500 ? 'server_error' : 'invalid_request_error',
    param: null,
    code: 'provider_failed',
  }
  return Buffer.from(JSON.stringify({ error }))
}

const isEnvelope = (text: string): boolean => {
  try {
    const json: unknown = JSON.parse(text)
    return (
      typeof json === 'object' &&
      json !== null &&
      'error' in json &&
      typeof json.error === 'object' &&
      json.error !== null
    )
  } catch {
    return false
  }
}
