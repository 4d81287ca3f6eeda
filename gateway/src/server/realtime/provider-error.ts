import type { FastifyReply } from 'fastify'
import type { Answered } from '../../interactive/interactive-call.ts'
import type { CallDialect } from './dialects/call-dialect.ts'

const TEXT_SHOWN = 1_000

/**
 * A provider's error in the caller's dialect: its own bytes where it speaks that, else our envelope around its
 * words, such as a proxy's page. The status is its own in any case.
 */
export const errorOfProvider = (
  reply: FastifyReply,
  { status, body }: Answered,
  dialect: CallDialect,
): Buffer => {
  const text = body.toString('utf8')
  if (isErrorOf(dialect, text)) return body
  reply.header('content-type', 'application/json; charset=utf-8')
  const said = text.trim() === '' ? '' : `: ${text.slice(0, TEXT_SHOWN)}`
  const message = `The provider answered with status ${status}${said}`
  return Buffer.from(JSON.stringify(dialect.errorAround({ status, message, requestId: reply.request.id })))
}

const isErrorOf = (dialect: CallDialect, text: string): boolean => {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null && dialect.isError(json)
  } catch {
    return false
  }
}
