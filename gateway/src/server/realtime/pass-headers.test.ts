import { describe, expect, it } from 'vitest'
import { passHeaders } from './pass-headers.ts'

const passed = (headers: Readonly<Record<string, string>>): Record<string, string> => {
  const got: Record<string, string> = {}
  const target = {
    header(name: string, value: string) {
      got[name] = value
    },
  }
  passHeaders(target, new Map(Object.entries(headers)))
  return got
}

describe("a provider's headers", () => {
  it('reach the client where they are of its answer, and the id under a name of its own', () => {
    expect(
      passed({
        'content-type': 'application/json',
        'retry-after': '3',
        'x-request-id': 'req_theirs',
        'set-cookie': 'a=b',
        'openai-organization': 'ours',
      }),
    ).toEqual({
      'content-type': 'application/json',
      'retry-after': '3',
      'x-provider-request-id': 'req_theirs',
    })
  })

  it("have Anthropic's name for its id under the same name", () => {
    expect(passed({ 'request-id': 'req_theirs' })).toEqual({ 'x-provider-request-id': 'req_theirs' })
  })

  it('stay here where no answer of ours could carry them', () => {
    expect(passed({ 'content-type': 'text/event-stream', 'x-request-id': 'req\u0001' })).toEqual({
      'content-type': 'text/event-stream',
    })
  })
})
