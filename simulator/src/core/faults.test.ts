import { describe, expect, it } from 'vitest'
import type { AnswerFaultKind, Fault } from './options.ts'
import { answerFaultKinds } from './options.ts'
import { reactionBytes, reactionChunks } from './reaction.ts'
import { createSimulator } from './simulator.ts'

const chat = (content: string, model: string) =>
  Buffer.from(JSON.stringify({ model, messages: [{ role: 'user', content }] }))

const setUp = (faults: readonly Fault[], seed = 1) => {
  const time = { ms: 1_000_000 }
  const simulator = createSimulator({ clock: { now: () => time.ms }, seed, faults })
  const call = (content: string, { model = 'gpt-4.1', key = 'sk-one' } = {}) => {
    const reaction = simulator.receive({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${key}` },
      body: chat(content, model),
    })
    simulator.finished(reaction, 'sent')
    return reaction
  }
  const outcomes = (count: number) => Array.from({ length: count }, (_, n) => call(`q${n}`).outcome)
  return { time, simulator, call, outcomes }
}

const parses = (body: Buffer): boolean => {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return true
  } catch {
    return false
  }
}

describe('each kind of fault that any call may meet', () => {
  const expected: Record<AnswerFaultKind, Record<string, unknown>> = {
    rate_limit: { status: 429, code: 'rate_limit_exceeded', retryAfter: '1' },
    server_error: { status: 500, code: null },
    bad_gateway: { status: 502, type: 'text/html', json: false },
    unavailable: { status: 503, code: null },
    overloaded: { status: 529, code: null },
    slow: { status: 200, content: true, firstByteMs: 10_000 },
    reset_before: { status: 200, fault: 'reset_before' },
    reset_mid: { status: 200, fault: 'reset_mid' },
    truncated_json: { status: 200, json: false },
    invalid_json: { status: 200, json: false },
    invalid_utf8: { status: 200, json: false },
    wrong_content_type: { status: 200, type: 'text/html', json: false },
    empty_body: { status: 200, json: false, bytes: 0 },
    closed_while_waiting: { status: 200, json: false, bytes: 3 },
    out_of_resources: { status: 200, content: true },
    malformed_call: { status: 200, content: true },
    no_candidates: { status: 200, content: true },
    no_usage: { status: 200, content: true, usage: false },
    huge_answer: { status: 200, content: true },
    hang: { status: 200, fault: 'hang' },
    gateway_timeout: { status: 504, code: null },
    permission_denied: { status: 403, code: 'unsupported_country_region_territory' },
    spend_limit: { status: 400, code: 'billing_hard_limit_reached' },
    key_revoked: { status: 401, code: 'invalid_api_key' },
    payment_required: { status: 402, code: 'insufficient_quota' },
    quota_exceeded: { status: 429, code: 'insufficient_quota', retryAfter: undefined },
  }

  it.each(Object.keys(answerFaultKinds).map((kind) => [kind as AnswerFaultKind]))('%s', (kind) => {
    const { call, simulator } = setUp([{ kind }])
    const reaction = call('hi')
    const json = parses(reaction.body)
    const value = json ? JSON.parse(reaction.body.toString()) : undefined
    expect({
      status: reaction.status,
      type: reaction.headers['content-type'],
      retryAfter: reaction.headers['retry-after'],
      fault: reaction.fault,
      firstByteMs: reaction.firstByteMs,
      bytes: reaction.body.length,
      json,
      code: value?.error?.code,
      content: typeof value?.choices?.[0].message.content === 'string',
      usage: value?.usage !== undefined,
    }).toMatchObject({ json: true, type: 'application/json', ...expected[kind] })
    expect(reaction.outcome).toBe(kind)
    simulator.setFaults([])
    expect(call('hi').outcome).toBe('answered')
  })

  it('a huge answer is valid JSON of its size, in pieces of 64 KiB at most', () => {
    const reaction = setUp([{ kind: 'huge_answer', bytes: 1_000_000 }]).call('hi')
    const pieces = [...reactionChunks(reaction)]
    const whole = Buffer.concat(pieces)
    expect(whole.length).toBe(reactionBytes(reaction))
    expect(whole.length).toBeGreaterThan(1_000_000)
    expect(Math.max(...pieces.map((piece) => piece.length))).toBe(65_536)
    expect(JSON.parse(whole.toString()).choices[0].message.content.length).toBeGreaterThan(1_000_000)
  })
})

describe('when a fault strikes', () => {
  it('in its window of time only', () => {
    const { call, time } = setUp([{ kind: 'unavailable', fromMs: 1_000, toMs: 2_000 }])
    const at = [0, 999, 1_000, 1_999, 2_000].map((ms) => {
      time.ms = 1_000_000 + ms
      return call(`at ${ms}`).outcome
    })
    expect(at).toEqual(['answered', 'answered', 'unavailable', 'unavailable', 'answered'])
  })

  it('at the nth calls, at every so manieth, among those that the other conditions leave', () => {
    const { call, outcomes } = setUp([
      { kind: 'hang', nth: [1, 3] },
      { kind: 'slow', every: 3, model: 'gpt-4o' },
    ])
    expect(outcomes(4)).toEqual(['hang', 'answered', 'hang', 'answered'])
    const others = Array.from({ length: 6 }, (_, n) => call(`o${n}`, { model: 'gpt-4o' }).outcome)
    expect(others).toEqual(['answered', 'answered', 'slow', 'answered', 'answered', 'slow'])
  })

  it('at the first calls of each body, so that retries go through', () => {
    const { call } = setUp([{ kind: 'server_error', firstCalls: 2 }])
    const seen = ['a', 'a', 'b', 'a', 'b', 'b'].map((content) => call(content).status)
    expect(seen).toEqual([500, 500, 500, 200, 500, 200])
  })

  it('for bodies with a text, for one key', () => {
    const { call } = setUp([
      { kind: 'server_error', contains: 'poison' },
      { kind: 'key_revoked', key: 'sk-old' },
    ])
    expect(call('a poison pill').status).toBe(500)
    expect(call('a pill').status).toBe(200)
    expect(call('a pill', { key: 'sk-old' }).status).toBe(401)
  })

  it('at its rate, the same calls with the same seed, whatever came between', () => {
    const rate: readonly Fault[] = [{ kind: 'server_error', rate: 0.2 }]
    const first = setUp(rate).outcomes(2_000)
    const again = setUp(rate)
    const scattered = first.map((_, n) => {
      again.call(`something else ${n}`)
      return again.call(`q${n}`).outcome
    })
    expect(scattered).toEqual(first)
    expect(setUp(rate, 2).outcomes(2_000)).not.toEqual(first)
    const struck = first.filter((outcome) => outcome === 'server_error').length
    expect(struck).toBeGreaterThan(320)
    expect(struck).toBeLessThan(480)
  })

  it('draws anew for each call of the same body, so that a retry can succeed', () => {
    const { call } = setUp([{ kind: 'server_error', rate: 0.5 }])
    const seen = Array.from({ length: 100 }, () => call('the same').status)
    expect(seen.filter((status) => status === 200).length).toBeGreaterThan(25)
    expect(seen.filter((status) => status === 500).length).toBeGreaterThan(25)
  })

  it('a revoked key loses the models too; other faults leave them alone', () => {
    const { simulator, time } = setUp([{ kind: 'key_revoked', fromMs: 100 }, { kind: 'unavailable' }])
    const look = () =>
      simulator.receive({ method: 'GET', path: '/v1/models', headers: {}, body: Buffer.alloc(0) }).status
    expect(look()).toBe(200)
    time.ms += 100
    expect(look()).toBe(401)
  })
})
