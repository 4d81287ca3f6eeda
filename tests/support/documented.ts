import { expect } from 'vitest'
import { z } from 'zod'
import type { Operation } from '../../gateway/src/server/openapi/operation.ts'
import { errorsOf } from '../../gateway/src/server/openapi/operation-errors.ts'
import { OPERATIONS } from '../../gateway/src/server/openapi/operations/index.ts'
import { anthropicError, nativeError, openaiError } from '../../gateway/src/server/openapi/schemas/common.ts'
import { type CallOrder, call } from './http.ts'

/** Calls a server, and holds what is sent and what comes back against the document of the API. */
export interface DocumentedCalls {
  /** `GET /v1/batches/{id}` and the variables of its path; a query may follow. */
  run<Body>(id: string, order?: DocumentedOrder): Promise<Body>
  /** The operations that succeeded so far. */
  readonly succeeded: ReadonlySet<string>
}

export interface DocumentedOrder extends CallOrder {
  readonly id?: string
  /** The other variable of its path, where it has two. */
  readonly delivery?: string
  readonly query?: string
  /** What the call is to be answered with; default: 200. */
  readonly status?: number
  /** The body is meant to be refused. */
  readonly isBad?: boolean
}

export const documentedCalls = (server: { readonly url: string; readonly key: string }): DocumentedCalls => {
  const succeeded = new Set<string>()
  return {
    succeeded,
    async run<Body>(operationId: string, order: DocumentedOrder = {}) {
      const operation = OPERATIONS.find(({ id }) => id === operationId)
      if (!operation) throw new Error(`the document has no operation ${operationId}`)
      const { id = '', delivery = '', query = '', status = 200, body, isBad = false, ...rest } = order
      if (!isBad) expectBodyFits(operation, body)
      const path = operation.path
        .replace('{id}', encodeURIComponent(id))
        .replace('{delivery}', encodeURIComponent(delivery))
      const answer = await call(`${server.url}${path}${query}`, {
        method: operation.method.toUpperCase(),
        key: server.key,
        ...rest,
        ...(body === undefined ? {} : { body }),
      })
      expect([operationId, answer.status, answer.text]).toEqual([operationId, status, expect.any(String)])
      if (status >= 400) expectKnownRefusal(operation, answer.json)
      else {
        expectAnswerFits(operation, { ...answer, status })
        succeeded.add(operationId)
      }
      return answer.json as Body
    },
  }
}

const expectBodyFits = ({ id, body: documented }: Operation, body: unknown): void => {
  if (documented?.mediaType !== 'application/json') return
  expect([id, documented.schema.safeParse(body).error]).toEqual([id, undefined])
}

const expectAnswerFits = (
  { id, answers }: Operation,
  { status, json, headers }: { status: number; json: unknown; headers: Headers },
): void => {
  const answer = answers[status]
  if (!answer) throw new Error(`${id} is not said to answer with ${status}`)
  const mediaType = headers.get('content-type')?.split(';')[0]
  if (answer.schema && mediaType === 'application/json') {
    expect([id, answer.schema.safeParse(json).error]).toEqual([id, undefined])
  } else expect([id, mediaType]).toEqual([id, answer.mediaType])
}

const anyError = z.union([nativeError, openaiError, anthropicError])

const expectKnownRefusal = (operation: Operation, json: unknown): void => {
  const { data, error } = anyError.safeParse(json)
  expect([operation.id, error]).toEqual([operation.id, undefined])
  // OpenAI has names of its own for some codes.
  if (data && typeof data.error === 'string') expect(errorsOf(operation)).toContain(data.error)
}
