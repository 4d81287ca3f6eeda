import {
  type AnswerFaultKind,
  type Fault,
  type FaultKind,
  faultKinds,
  type SimulatorServer,
  startSimulator,
  type streamFaultKinds,
} from '@sheepfold/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../gateway/src/clock/system.ts'
import { estimateUsage } from '../../gateway/src/money/estimate-usage.ts'
import { anthropicProtocol } from '../../gateway/src/provider/anthropic/protocol.ts'
import type { CallOutcome } from '../../gateway/src/provider/call.ts'
import type { Deployment } from '../../gateway/src/provider/deployment.ts'
import type { FailureClass } from '../../gateway/src/provider/failure.ts'
import { createHttpCall, type HttpCall } from '../../gateway/src/provider/http1/http-call.ts'
import type { CallerHeaders } from '../../gateway/src/provider/protocol.ts'
import type { Success, Verdict } from '../../gateway/src/provider/verdict.ts'

const ENDPOINT = '/v1/messages'

let provider: SimulatorServer
let http: HttpCall

beforeAll(async () => {
  provider = await startSimulator({ keys: ['sk-ant-one'] })
  http = createHttpCall({ clock: systemClock, connectionsMax: 4 })
})

afterAll(async () => {
  http.close()
  await provider.close()
})

const body = {
  model: 'claude-sonnet-4-5',
  max_tokens: 500,
  system: 'Be brief.',
  messages: [
    { role: 'user', content: 'What is a sheepfold, and who built the first one? 양 우리란 무엇인가요?' },
  ],
}

const deployment = (apiKey = 'sk-ant-one'): Deployment => ({
  id: 'one',
  model: 'm',
  provider: 'anthropic',
  outputTokensDefault: 4_096,
  providerModel: 'm',
  baseUrl: `${provider.url}/v1`,
  apiKey,
  weight: 1,
  limits: {
    concurrencyMax: 1,
    concurrencyInitial: 1,
    firstByteMsMax: 10_000,
    totalMsMax: 10_000,
    interactiveShare: 0,
  },
  costBook: 'none',
})

interface Asking {
  readonly headers?: CallerHeaders
  readonly apiKey?: string
  readonly firstByteMsMax?: number
  /** Takes the pieces of a success as they come. */
  readonly take?: (piece: Buffer) => void
}

const post = (
  sent: object,
  { headers = {}, apiKey, take, firstByteMsMax }: Asking = {},
): Promise<CallOutcome> => {
  const to = deployment(apiKey)
  return http.call({
    ...anthropicProtocol.target(to, ENDPOINT, { isStream: take !== undefined, headers }),
    ...to.limits,
    ...(firstByteMsMax === undefined ? {} : { firstByteMsMax }),
    baseUrl: to.baseUrl,
    body: Buffer.from(JSON.stringify(sent)),
    answerBytesMax: 1_000_000,
    ...(take ? { takerOf: (head) => (head.status === 200 ? take : undefined) } : {}),
  })
}

const ask = async (sent: object, asking?: Asking): Promise<Verdict> =>
  anthropicProtocol.interpret(await post(sent, asking), ENDPOINT)

const successOf = (verdict: Verdict): Success => {
  if (verdict.kind === 'failure') throw new Error(`${verdict.code}: ${verdict.message}`)
  return verdict
}

/** What a stream came to: its reader after all of it, and how the call ended. */
const askForStream = async (sent: object = body, asking: Asking = {}) => {
  const stream = anthropicProtocol.stream(ENDPOINT, { hidesUsage: false })
  const outcome = await post(
    { ...sent, stream: true },
    { ...asking, take: (piece) => void stream.take(piece) },
  )
  stream.end()
  return { stream, outcome }
}

const withFault = async <Result>(fault: Fault, run: () => Promise<Result>): Promise<Result> => {
  provider.simulator.setFaults([{ nth: 1, ...fault }])
  try {
    return await run()
  } finally {
    provider.simulator.setFaults([])
  }
}

const expectedAnswer = (sent: object): string => provider.simulator.expectedAnswer(sent, ENDPOINT)

const tool = { name: 'find', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }

describe('a message', () => {
  it('is the answer that the request deserves, with its usage', async () => {
    const { answer, reply } = successOf(await ask(body))
    expect(answer.text).toBe(expectedAnswer(body))
    expect(answer).toMatchObject({ finishReason: 'stop', model: 'claude-sonnet-4-5' })
    expect(answer.usage?.promptTokens).toBeGreaterThan(0)
    expect(reply.headers.get('request-id')).toMatch(/^req_/)
  })

  it('may be a call of a tool, thought out, cut off, or declined', async () => {
    const finishOf = async (more: object) => successOf(await ask({ ...body, ...more })).answer
    const called = await finishOf({ tools: [tool], tool_choice: { type: 'any' } })
    expect([called.text, called.finishReason]).toEqual([null, 'tool_calls'])
    const thought = await finishOf({ thinking: { type: 'adaptive' } })
    expect(thought.usage?.reasoningTokens).toBeGreaterThan(0)
    expect((await finishOf({ max_tokens: 5 })).finishReason).toBe('length')
    expect((await finishOf({ stop_sequences: ['a'] })).finishReason).toBe('stop')
  })

  it('tells what it had of the cache, and what it left there', async () => {
    const system = [
      {
        type: 'text',
        text: 'The same long instructions for every document. '.repeat(200),
        cache_control: { type: 'ephemeral', ttl: '1h' },
      },
    ]
    const first = successOf(await ask({ ...body, system })).answer.usage
    const second = successOf(await ask({ ...body, system, max_tokens: 501 })).answer.usage
    expect(first?.cacheWriteTokens).toBeGreaterThan(1_024)
    expect(first?.cacheWrite1hTokens).toBe(first?.cacheWriteTokens)
    expect(second?.cachedTokens).toBe(first?.cacheWriteTokens)
    expect(second?.promptTokens).toBe(first?.promptTokens)
  })

  it('has its tokens counted nearly as the provider counts them, where the provider does not tell', async () => {
    const told = successOf(await ask(body)).answer.usage
    const { answer, reply } = successOf(await withFault({ kind: 'no_usage' }, () => ask(body)))
    expect(answer.usage).toBeUndefined()
    const request = Buffer.from(JSON.stringify(body))
    const counted = estimateUsage(
      anthropicProtocol.billedText({ endpoint: ENDPOINT, request, answer: reply.body }),
    )
    // What the provider puts around messages is not in their text.
    expect(Math.abs(counted.promptTokens - (told?.promptTokens ?? 0))).toBeLessThanOrEqual(12)
    expect(counted.completionTokens).toBe(told?.completionTokens)
  })

  it('is asked for in the version of its caller', async () => {
    const warm = { ...body, temperature: 0.5 }
    expect((await ask(warm)).kind).toBe('success')
    const verdict = await ask(warm, { headers: { 'anthropic-version': '2026-10-21' } })
    expect(verdict).toMatchObject({ class: 'bad_request', message: expect.stringContaining('temperature') })
  })

  it('fails alone for what is wrong with it, and with its deployment for what is wrong there', async () => {
    expect(await ask({ ...body, n: 2 })).toMatchObject({ class: 'bad_request', status: 400 })
    expect(await ask({ ...body, model: 'claude-0' })).toMatchObject({ class: 'model_missing' })
    expect(await ask(body, { apiKey: 'sk-ant-two' })).toMatchObject({ class: 'key_refused' })
    const large = { ...body, messages: [{ role: 'user', content: 'x'.repeat(34_000_000) }] }
    expect(await ask(large)).toMatchObject({ class: 'bad_request', code: 'request_too_large' })
  })
})

/** What a call comes to that meets the fault; `answered` where it leaves an answer. Some are of other providers alone. */
const ofAnswers: Readonly<Partial<Record<AnswerFaultKind, FailureClass | 'answered'>>> = {
  rate_limit: 'throttled',
  server_error: 'server_error',
  unavailable: 'overloaded',
  overloaded: 'overloaded',
  gateway_timeout: 'timeout',
  key_revoked: 'key_refused',
  permission_denied: 'permission',
  payment_required: 'quota_exhausted',
  spend_limit: 'quota_exhausted',
  quota_exceeded: 'quota_exhausted',
  bad_gateway: 'server_error',
  slow: 'answered',
  reset_before: 'connection',
  reset_mid: 'connection',
  truncated_json: 'bad_answer',
  invalid_json: 'bad_answer',
  invalid_utf8: 'bad_answer',
  wrong_content_type: 'bad_answer',
  empty_body: 'bad_answer',
  no_usage: 'answered',
  huge_answer: 'too_large_answer',
  hang: 'timeout',
}

describe('a message that meets', () => {
  it.each(Object.entries(ofAnswers))('%s: %s', async (kind, expected) => {
    const fault = { kind: faultKind(kind), delayMs: 10, retryAfterSeconds: 3 }
    const verdict = await withFault(fault, () => ask(body, patienceWith(kind)))
    expect(verdict.kind === 'success' ? 'answered' : verdict.class).toBe(expected)
    const wait = verdict.kind === 'failure' ? verdict.retryAfterMs : undefined
    expect(wait).toBe(kind === 'rate_limit' ? 3_000 : undefined)
  })
})

const isFault = (kind: string): kind is FaultKind => Object.hasOwn(faultKinds, kind)

const faultKind = (kind: string): FaultKind => {
  if (!isFault(kind)) throw new Error(`${kind} is no kind of fault`)
  return kind
}

/** What hangs is given up soon; everything else has the time that it needs. */
const patienceWith = (kind: string): Asking => (/hang$/.test(kind) ? { firstByteMsMax: 500 } : {})

describe('a stream', () => {
  it('tells the text and the usage that the whole answer has', async () => {
    const sent = { ...body, thinking: { type: 'adaptive' } }
    const { answer } = successOf(await ask(sent))
    const { stream, outcome } = await askForStream(sent)
    expect(outcome.kind).toBe('answer')
    expect([stream.isWhole, stream.failure()]).toEqual([true, undefined])
    expect(stream.usage()).toEqual(answer.usage)
    expect(stream.text().endsWith(answer.text ?? '-')).toBe(true)
  })

  it('is refused as a whole answer is', async () => {
    const { outcome } = await withFault({ kind: 'overloaded' }, () => askForStream())
    expect(anthropicProtocol.interpret(outcome, ENDPOINT)).toMatchObject({ class: 'overloaded' })
  })

  const ofStreams: Readonly<Record<keyof typeof streamFaultKinds, object>> = {
    stream_reset: { ended: 'reset', isWhole: false, failure: 'stream_cut' },
    stream_hang: { ended: 'idle_timeout', isWhole: false, failure: 'stream_cut' },
    stream_error: { ended: 'answer', failure: 'overloaded_error', class: 'overloaded' },
    stream_unfinished: { ended: 'answer', isWhole: false, failure: undefined },
    stream_cut: { ended: 'answer', isWhole: false, failure: 'stream_cut' },
    stream_invalid_json: { ended: 'answer', isWhole: true, failure: undefined },
    stream_split: { ended: 'answer', isWhole: true, failure: undefined },
  }

  it.each(Object.entries(ofStreams))('that meets %s', async (kind, expected) => {
    const { stream, outcome } = await withFault({ kind: faultKind(kind) }, () =>
      askForStream(body, patienceWith(kind)),
    )
    const failure = stream.failure()
    expect({
      ended: outcome.kind === 'broken' ? outcome.cause : outcome.kind,
      isWhole: stream.isWhole,
      failure: failure?.code,
      class: failure?.class,
    }).toMatchObject(expected)
    expect(stream.text().length).toBeGreaterThan(0)
  })
})
