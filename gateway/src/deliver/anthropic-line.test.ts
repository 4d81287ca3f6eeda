import { describe, expect, it } from 'vitest'
import type { FinishedRequest } from '../batch/dialect.ts'
import { anthropicLine } from './anthropic-line.ts'

const finished = (more: Partial<FinishedRequest>): FinishedRequest => ({
  batch: 'msgbatch_1',
  customId: '"my-request"',
  index: 0,
  kind: 'failed',
  model: 'm',
  text: null,
  finishReason: null,
  usage: null,
  charge: 0n,
  error: null,
  reply: null,
  ...more,
})

const lineOf = (more: Partial<FinishedRequest>): string => anthropicLine(finished(more)).toString()
const errorOf = (error: FinishedRequest['error']): unknown => JSON.parse(lineOf({ error })).result.error

describe('a line of the results of message batches', () => {
  it("passes the provider's message on in its own bytes, on one line", () => {
    const body = Buffer.from('{"id":"msg_1",\n\r"content":[ {"type":"text","text":"가\\n"} ]}')
    const reply = { status: 200, headers: { get: () => undefined }, body }
    expect(lineOf({ kind: 'succeeded', reply })).toBe(
      '{"custom_id":"my-request","result":{"type":"succeeded","message":' +
        '{"id":"msg_1",  "content":[ {"type":"text","text":"가\\n"} ]}}}\n',
    )
  })

  it('says of a request that was never answered why', () => {
    expect(lineOf({ kind: 'expired' })).toBe('{"custom_id":"my-request","result":{"type":"expired"}}\n')
    expect(lineOf({ kind: 'cancelled' })).toBe('{"custom_id":"my-request","result":{"type":"canceled"}}\n')
  })

  it("nests the provider's own error twice", () => {
    const said = { type: 'invalid_request_error', message: 'max_tokens: too large', details: { a: 1 } }
    const providerError = JSON.stringify({ type: 'error', error: said, request_id: 'req_1' }, null, 2)
    const line = lineOf({ error: { code: 'x', message: 'y', status: 400, providerError } })
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line).result).toEqual({
      type: 'errored',
      error: { type: 'error', error: said, request_id: null },
    })
  })

  it('puts any other error into the same form, by its status', () => {
    const typeOf = (status: number | undefined, providerError?: string): unknown =>
      errorOf({
        code: 'c',
        message: 'why',
        ...(status === undefined ? {} : { status }),
        ...(providerError === undefined ? {} : { providerError }),
      })
    const form = (type: string) => ({ type: 'error', error: { type, message: 'why' }, request_id: null })
    expect(typeOf(400, '{"error":{"message":"of another API"}}')).toEqual(form('invalid_request_error'))
    expect(typeOf(422, '<html>')).toEqual(form('invalid_request_error'))
    expect(typeOf(401)).toEqual(form('authentication_error'))
    expect(typeOf(529)).toEqual(form('overloaded_error'))
    expect(typeOf(500)).toEqual(form('api_error'))
    expect(typeOf(undefined)).toEqual(form('api_error'))
  })
})
