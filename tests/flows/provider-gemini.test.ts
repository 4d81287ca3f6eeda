import {
  type AnswerFaultKind,
  type Fault,
  type SimulatorServer,
  startSimulator,
  type streamFaultKinds,
} from '@sheepfold/simulator'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { estimateUsage } from '../../gateway/src/money/estimate-usage.ts'
import type { FailureClass } from '../../gateway/src/provider/failure.ts'
import { geminiProtocol } from '../../gateway/src/provider/gemini/protocol.ts'
import type { Verdict } from '../../gateway/src/provider/verdict.ts'
import { type AskedProvider, askProvider, successOf } from '../support/ask-provider.ts'

const TEXT = 'What is a sheepfold, and who built the first one? 양 우리란 무엇인가요?'
const MODELS = { generateContent: 'gemini-2.5-flash', embedContent: 'gemini-embedding-001' }
type Endpoint = keyof typeof MODELS

const CONTENT = {
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [{ role: 'user', parts: [{ text: TEXT }] }],
  generationConfig: { thinkingConfig: { includeThoughts: true } },
}
const EMBED = { model: `models/${MODELS.embedContent}`, content: { parts: [{ text: TEXT }] } }
const BODIES: Readonly<Record<Endpoint, object>> = {
  generateContent: CONTENT,
  embedContent: { requests: [EMBED, EMBED] },
}
const ENDPOINTS: readonly Endpoint[] = ['generateContent', 'embedContent']

const pathOf = (model: string, method: string): string => `/v1beta/models/${model}:${method}`

let double: SimulatorServer

interface Order {
  readonly model?: string
  readonly firstByteMsMax?: number
  readonly origin?: string
}

const withGemini = async <Result>(
  endpoint: Endpoint,
  { model = MODELS[endpoint], firstByteMsMax, origin = double.url }: Order,
  use: (gemini: AskedProvider) => Promise<Result>,
): Promise<Result> => {
  const at = { provider: 'gemini', baseUrl: `${origin}/v1beta`, providerModel: model } as const
  const gemini = askProvider(geminiProtocol, at, firstByteMsMax)
  try {
    return await use(gemini)
  } finally {
    gemini[Symbol.dispose]()
  }
}

/** What hangs is given up soon; everything else has the time that it needs. */
const patienceWith = (kind: string): Order => (/hang$/.test(kind) ? { firstByteMsMax: 500 } : {})

const ask = (endpoint: Endpoint, body: object = BODIES[endpoint], order: Order = {}): Promise<Verdict> =>
  withGemini(endpoint, order, (gemini) => gemini.ask(endpoint, body))

const askForStream = (order: Order = {}) =>
  withGemini('generateContent', order, (gemini) => gemini.stream('generateContent', CONTENT))

const strike = (fault: Fault): void => double.simulator.setFaults([{ nth: 1, ...fault }])

beforeAll(async () => {
  double = await startSimulator()
})

afterEach(() => double.simulator.setFaults([]))

afterAll(() => double.close())

describe('an answer of Gemini', () => {
  it('is the one that the request deserves, with its usage', async () => {
    const { answer } = successOf(await ask('generateContent'))
    expect(answer).toMatchObject({ finishReason: 'stop', model: 'gemini-2.5-flash' })
    expect(answer.text).toBe(
      double.simulator.expectedAnswer(CONTENT, pathOf(MODELS.generateContent, 'generateContent')),
    )
    expect(answer.usage?.promptTokens).toBeGreaterThan(0)
    expect(answer.usage?.completionTokens).toBeGreaterThan(answer.usage?.reasoningTokens ?? 0)
    expect(answer.usage?.reasoningTokens).toBeGreaterThan(0)
  })

  it('is a vector for each content', async () => {
    const { answer, reply } = successOf(await ask('embedContent'))
    const { embeddings }: { embeddings: { values: number[] }[] } = JSON.parse(String(reply.body))
    const path = pathOf(MODELS.embedContent, 'batchEmbedContents')
    expect(embeddings.map(({ values }) => values)).toEqual(
      JSON.parse(double.simulator.expectedAnswer(BODIES.embedContent, path)),
    )
    expect(answer.usage).toMatchObject({ completionTokens: 0 })
  })

  it.each(ENDPOINTS)(
    'to %s has its tokens counted nearly as Gemini does, where it does not tell',
    async (endpoint) => {
      const told = successOf(await ask(endpoint)).answer.usage
      strike({ kind: 'no_usage' })
      const { answer, reply } = successOf(await ask(endpoint))
      expect(answer.usage).toBeUndefined()
      const request = Buffer.from(JSON.stringify(BODIES[endpoint]))
      const counted = estimateUsage(geminiProtocol.billedText({ endpoint, request, answer: reply.body }))
      expect(Math.abs(counted.promptTokens - (told?.promptTokens ?? 0))).toBeLessThanOrEqual(1)
      expect(counted.completionTokens).toBe(told?.completionTokens)
    },
  )

  it('may be a call of a function, or cut off while it was thought out', async () => {
    const called = successOf(
      await ask('generateContent', {
        ...CONTENT,
        tools: [{ functionDeclarations: [{ name: 'find' }] }],
        toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      }),
    ).answer
    expect(called).toMatchObject({ text: null, finishReason: 'tool_calls' })
    const cut = { ...CONTENT, generationConfig: { maxOutputTokens: 5 } }
    expect(successOf(await ask('generateContent', cut)).answer).toMatchObject({
      text: null,
      finishReason: 'length',
      usage: { completionTokens: 5, reasoningTokens: 5 },
    })
  })

  it('is filtered where the prompt is blocked', async () => {
    const strict = await startSimulator({ defaults: { contentFilterRate: 1 } })
    const order = { origin: strict.url }
    const { answer } = successOf(await ask('generateContent', CONTENT, order))
    expect(answer).toMatchObject({ text: null, finishReason: 'content_filter' })
    const { reading } = await askForStream(order)
    expect([reading.isWhole, reading.failure()]).toEqual([true, undefined])
    await strict.close()
  })

  it.each([
    [{ ...CONTENT, n: 2 }, {}, 'bad_request'],
    [{ ...CONTENT, cachedContent: 'cachedContents/abc' }, {}, 'permission'],
    [CONTENT, { model: 'gemini-9' }, 'model_missing'],
    [CONTENT, { model: MODELS.embedContent }, 'model_missing'],
  ])('to a request that is wrong says so', async (body, order, expected) => {
    expect(await ask('generateContent', body, order)).toMatchObject({ kind: 'failure', class: expected })
  })
})

/** What a call comes to that meets the fault; `answered` where it leaves an answer. Some are of others alone. */
const OF_ANSWERS: Readonly<Record<Exclude<AnswerFaultKind, 'out_of_resources'>, FailureClass | 'answered'>> =
  {
    rate_limit: 'throttled',
    server_error: 'server_error',
    unavailable: 'overloaded',
    overloaded: 'overloaded',
    gateway_timeout: 'server_error',
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
    closed_while_waiting: 'bad_answer',
    malformed_call: 'answered',
    no_candidates: 'bad_answer',
    no_usage: 'answered',
    huge_answer: 'too_large_answer',
    hang: 'timeout',
  }

describe.each(ENDPOINTS)('a call of %s that meets', (endpoint) => {
  it.each(Object.entries(OF_ANSWERS) as [AnswerFaultKind, string][])('%s: %s', async (kind, whole) => {
    // Embeddings have no candidates that could be missing.
    const expected = endpoint === 'embedContent' && kind === 'no_candidates' ? 'answered' : whole
    strike({ kind, delayMs: 10, retryAfterSeconds: 3 })
    const verdict = await ask(endpoint, BODIES[endpoint], patienceWith(kind))
    expect(verdict.kind === 'success' ? 'answered' : verdict.class).toBe(expected)
    const wait = verdict.kind === 'failure' ? verdict.retryAfterMs : undefined
    expect(wait).toBe(kind === 'rate_limit' ? 3_000 : undefined)
  })
})

describe('a stream of Gemini', () => {
  it('passes as it comes, and is read on its way', async () => {
    const { reading, passed } = await askForStream()
    const { answer } = successOf(await ask('generateContent'))
    expect([reading.isWhole, reading.failure()]).toEqual([true, undefined])
    expect(reading.usage()).toEqual(answer.usage)
    expect(reading.text().endsWith(answer.text ?? '-')).toBe(true)
    expect(passed).toMatch(/^data: \{"candidates":\[/)
  })

  const OF_STREAMS: Readonly<
    Record<keyof typeof streamFaultKinds | 'no_candidates' | 'malformed_call' | 'no_usage', object>
  > = {
    stream_reset: { isBroken: true, isWhole: false, code: 'stream_cut' },
    stream_hang: { isBroken: true, isWhole: false, code: 'stream_cut' },
    stream_error: { isBroken: false, code: 'INTERNAL', class: 'server_error' },
    stream_unfinished: { isBroken: false, isWhole: false, code: 'stream_cut' },
    stream_cut: { isBroken: false, isWhole: false, code: 'stream_cut' },
    stream_invalid_json: { isBroken: false, isWhole: true, code: undefined },
    stream_split: { isBroken: false, isWhole: true, code: undefined },
    no_candidates: { isBroken: false, isWhole: false, code: 'stream_cut', hasText: false },
    malformed_call: { isBroken: false, isWhole: true, code: undefined },
    no_usage: { isBroken: false, isWhole: true, code: undefined, hasUsage: false },
  }

  it.each(Object.entries(OF_STREAMS) as [keyof typeof OF_STREAMS, object][])(
    'that meets %s',
    async (kind, expected) => {
      strike({ kind })
      const { reading, isBroken } = await askForStream(patienceWith(kind))
      const { isWhole } = reading
      const failure = reading.failure()
      expect({
        isBroken,
        isWhole,
        code: failure?.code,
        class: failure?.class,
        hasText: reading.text() !== '',
        hasUsage: reading.usage() !== undefined,
      }).toMatchObject({ hasText: true, hasUsage: isWhole && failure === undefined, ...expected })
    },
  )

  it('may be split anywhere', async () => {
    const { passed } = await askForStream()
    strike({ kind: 'stream_split' })
    const split = await askForStream()
    expect(withoutIds(split.passed)).toBe(withoutIds(passed))
  })
})

const withoutIds = (stream: string): string => stream.replace(/"responseId":"[^"]*"/g, '')
