import { describe, expect, it } from 'vitest'
import type { FinishedRequest } from '../batch/dialect.ts'
import { openaiLine } from './openai-line.ts'

const finished = (more: Partial<FinishedRequest>): FinishedRequest => ({
  batch: 'batch_b1',
  customId: '"a\\"b"',
  index: 7,
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

const shown = (more: Partial<FinishedRequest>): unknown => {
  const text = openaiLine(finished(more)).toString()
  expect(text.endsWith('\n')).toBe(true)
  expect(text.slice(0, -1)).not.toMatch(/[\r\n]/)
  return JSON.parse(text)
}

const IDS = { id: 'batch_req_b1_7', custom_id: 'a"b' }

describe('the line of a finished request', () => {
  it("has the provider's own bytes, on one line", () => {
    const body = Buffer.from('{\r\n  "n": 12345678901234567890,\n  "s": "\\u00e9\\n😀"\n}')
    const reply = { status: 200, body, headers: new Map([['x-request-id', 'req_"1']]) }
    expect(shown({ kind: 'succeeded', reply })).toEqual({
      ...IDS,
      response: { status_code: 200, request_id: 'req_"1', body: JSON.parse(body.toString()) },
      error: null,
    })
    expect(openaiLine(finished({ kind: 'succeeded', reply })).includes('12345678901234567890')).toBe(true)
    expect(body.includes('\n')).toBe(true)
  })

  it('that was refused has the status and the words of the provider', () => {
    const body = { error: { message: 'no', type: 't', param: null, code: 'c' } }
    const error = {
      code: 'bad_request',
      message: 'm',
      status: 400,
      providerError: JSON.stringify(body, null, 2),
    }
    expect(shown({ error })).toEqual({
      ...IDS,
      response: { status_code: 400, request_id: IDS.id, body },
      error: null,
    })
  })

  it.each(['<html>\n</html>', '"text"', undefined])(
    'has an envelope where the refusal was %j',
    (providerError) => {
      const error = { code: 'bad_request', message: 'what it means', status: 502 }
      expect(
        shown({ error: providerError === undefined ? error : { ...error, providerError } }),
      ).toMatchObject({
        response: {
          status_code: 502,
          body: {
            error: {
              message: 'what it means',
              type: 'invalid_request_error',
              param: null,
              code: 'bad_request',
            },
          },
        },
        error: null,
      })
    },
  )

  it('that was never answered has no response', () => {
    for (const kind of ['failed', 'expired', 'cancelled'] as const) {
      expect(shown({ kind, error: { code: `batch_${kind}`, message: 'why' } })).toEqual({
        ...IDS,
        response: null,
        error: { code: `batch_${kind}`, message: 'why' },
      })
    }
  })
})
