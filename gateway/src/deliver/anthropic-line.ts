import { anthropicTypeOf } from '../batch/anthropic-error-type.ts'
import type { FinishedRequest, RequestError } from '../batch/dialect.ts'
import { onOneLine } from '../batch/one-line.ts'

/**
 * One finished request as the results of Anthropic's batches show it, ending in a line feed. The provider's message
 * is passed on in its own bytes.
 */
export const anthropicLine = ({ customId, kind, reply, error }: FinishedRequest): Buffer => {
  const head = `{"custom_id":${customId},"result":{"type":`
  if (kind === 'succeeded' && reply) return succeeded(`${head}"succeeded","message":`, reply.body)
  if (kind === 'expired') return Buffer.from(`${head}"expired"}}\n`)
  if (kind === 'cancelled') return Buffer.from(`${head}"canceled"}}\n`)
  return Buffer.from(`${head}"errored","error":${JSON.stringify(errorBody(error))}}}\n`)
}

const TAIL = Buffer.from('}}\n')

const succeeded = (head: string, message: Buffer): Buffer => {
  const headBytes = Buffer.byteLength(head)
  const line = Buffer.allocUnsafe(headBytes + message.length + TAIL.length)
  line.write(head)
  line.set(message, headBytes)
  onOneLine(line, headBytes, headBytes + message.length)
  line.set(TAIL, headBytes + message.length)
  return line
}

/** The provider's own error where it has the form, written anew so that it is one line; else its meaning in it. */
const errorBody = (error: RequestError | null): unknown => {
  const told = providerBody(error?.providerError)
  if (told) return { type: 'error', error: told, request_id: null }
  // Without a status nothing was answered: that is no fault of the request.
  const type = anthropicTypeOf(error?.status ?? 500)
  return { type: 'error', error: { type, message: error?.message ?? '' }, request_id: null }
}

const providerBody = (text: string | undefined): Readonly<Record<string, unknown>> | undefined => {
  if (text === undefined) return undefined
  try {
    const body: unknown = JSON.parse(text)
    if (!isObject(body) || body.type !== 'error' || !isObject(body.error)) return undefined
    const { type, message } = body.error
    return typeof type === 'string' && typeof message === 'string' ? body.error : undefined
  } catch {
    // A page of a proxy, say: what it means is in the message.
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
