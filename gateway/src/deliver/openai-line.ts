import type { FinishedReply, FinishedRequest, RequestError } from '../batch/dialect.ts'
import { onOneLine } from '../batch/one-line.ts'
import { requestIdOf } from '../batch/request-id.ts'

/**
 * One finished request as OpenAI's output and error files show it, ending in a line feed. The provider's
 * body is passed on in its own bytes: of JSON that was parsed, line feeds are white space between values.
 */
export const openaiLine = (finished: FinishedRequest): Buffer => {
  const { reply, error } = finished
  const id = requestIdOf(finished.batch, finished.index)
  const head = `{"id":"${id}","custom_id":${finished.customId},"response":`
  if (finished.kind === 'succeeded' && reply) return answered(head, reply, id)
  if (error?.status !== undefined && error.status >= 300) return refused(head, error, error.status, id)
  const code = error?.code ?? 'unknown'
  return Buffer.from(`${head}null,"error":${JSON.stringify({ code, message: error?.message ?? '' })}}\n`)
}

const answered = (head: string, reply: FinishedReply, id: string): Buffer => {
  const before = `${head}${responseHead(reply.status, reply.headers.get('x-request-id') ?? id)}`
  const beforeBytes = Buffer.byteLength(before)
  const line = Buffer.allocUnsafe(beforeBytes + reply.body.length + TAIL.length)
  line.write(before)
  line.set(reply.body, beforeBytes)
  onOneLine(line, beforeBytes, beforeBytes + reply.body.length)
  line.set(TAIL, beforeBytes + reply.body.length)
  return line
}

const TAIL = Buffer.from('},"error":null}\n')

const responseHead = (status: number, requestId: string): string =>
  `{"status_code":${status},"request_id":${JSON.stringify(requestId)},"body":`

/** A provider's refusal, in its own words where they are JSON, in OpenAI's envelope where they are not. */
const refused = (head: string, error: RequestError, status: number, id: string): Buffer =>
  Buffer.from(`${head}${responseHead(status, id)}${refusalBody(error)}},"error":null}\n`)

const refusalBody = ({ code, message, providerError }: RequestError): string => {
  if (providerError !== undefined) {
    try {
      const body: unknown = JSON.parse(providerError)
      // Written anew, so that it is one line whatever it was.
      if (typeof body === 'object' && body !== null) return JSON.stringify(body)
    } catch {
      // A page of a proxy, say: what it means is in the message.
    }
  }
  return JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } })
}
