import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../clock/manual-clock.ts'
import type { TriedCall } from '../../../execute/observer.ts'
import type { ClaimedShard } from '../../../storage/engine.ts'
import { ExecutionSpans } from '../execution-spans.ts'
import { otelTracer } from './otel-tracer.ts'

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const UNSAMPLED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'
const START = 1_700_000_000_000

const open = () => {
  const clock = createManualClock(START)
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  })
  const tracer = otelTracer(provider.getTracer('test'), clock)
  const seen = (): ReadableSpan[] => exporter.getFinishedSpans()
  return { clock, tracer, seen, named: (name: string) => seen().filter((span) => span.name === name) }
}

const msOf = ([seconds, nanos]: readonly [number, number]): number => seconds * 1_000 + nanos / 1e6

describe('a span', () => {
  it('joins the trace that it is given, with the time of our clock', () => {
    const { clock, tracer, seen } = open()
    const span = tracer.start('GET', { parent: PARENT, kind: 'server', attributes: { a: 1, b: undefined } })
    clock.advance(40)
    span.rename('GET /x')
    span.end()
    const [only] = seen()
    expect(only).toMatchObject({ name: 'GET /x', kind: SpanKind.SERVER, attributes: { a: 1 } })
    expect(only?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
    expect(only?.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
    expect(msOf(only?.startTime ?? [0, 0])).toBe(START)
    expect(msOf(only?.endTime ?? [0, 0])).toBe(START + 40)
  })

  it('hands on its context, within which others are begun', () => {
    const { tracer, seen } = open()
    const parent = tracer.start('parent')
    tracer.start('later', { parent: parent.context }).end()
    parent.child('child').end({ failed: 'store' })
    parent.end()
    const [later, child, first] = seen()
    expect([later?.parentSpanContext?.spanId, child?.parentSpanContext?.spanId]).toEqual([
      first?.spanContext().spanId,
      first?.spanContext().spanId,
    ])
    expect(child?.status.code).toBe(SpanStatusCode.ERROR)
    expect(child?.attributes).toEqual({ 'error.type': 'store' })
  })

  it.each(['', 'nonsense', '00-0-0-01', '00-00000000000000000000000000000000-b7ad6b7169203331-01'])(
    'begins a trace of its own where the context is %j',
    (parent) => {
      const { tracer, seen } = open()
      tracer.start('alone', { parent }).end()
      expect(seen()[0]?.parentSpanContext).toBeUndefined()
    },
  )

  it('is not seen where the trace that it joins is not', () => {
    const { tracer, seen } = open()
    const span = tracer.start('unseen', { parent: UNSAMPLED })
    expect(span.isSeen).toBe(false)
    expect(span.context).toMatch(/-00$/)
    span.child('child').end()
    span.end()
    expect(seen()).toEqual([])
  })
})

const SHARD: ClaimedShard = {
  id: 7,
  epoch: 2,
  batch: 'batch_1',
  account: 'acme',
  dialect: 'native',
  endpoint: '/v1/chat/completions',
  model: 'batch-4.1',
  number: 0,
  count: 100,
  crashes: 0,
  accused: null,
  done: new Uint8Array(13),
  blob: '',
  index: new Uint8Array(),
  template: '',
  sell: '',
  claimedAt: 0,
  windowEnd: 0,
  cause: null,
  trace: PARENT,
}

const REF = { shard: 7, epoch: 2, worker: 'w' }

const call = (more: Partial<TriedCall> = {}): TriedCall & { position: number } => ({
  position: 3,
  route: {
    deployment: {
      id: 'eu',
      model: 'batch-4.1',
      provider: 'openai',
      outputTokensDefault: 4_096,
      providerModel: 'gpt-4.1',
      baseUrl: 'https://eu.example:8443/v1',
      apiKey: 'sk-secret',
      weight: 1,
      costBook: '',
      limits: {
        concurrencyMax: 1,
        concurrencyInitial: 1,
        firstByteMsMax: 1,
        totalMsMax: 1,
        interactiveShare: 0,
      },
    },
    channel: {
      ask: () => {
        throw new Error('not asked for')
      },
    },
    permit: { done: () => {}, unused: () => {} },
    typical: { note: () => {}, ms: () => 0, tokensOf: () => ({ input: 0, output: 0 }) },
  },
  outcome: { kind: 'broken', cause: 'reset', message: 'secret', totalMs: 25 },
  verdict: {
    kind: 'failure',
    class: 'connection',
    code: 'secret',
    message: 'secret',
    providerError: 'secret',
  },
  ...more,
})

const success = (): Partial<TriedCall> => {
  const reply = {
    kind: 'answer',
    status: 200,
    headers: new Map(),
    body: Buffer.from('secret'),
    firstByteMs: 1,
    totalMs: 30,
  } as const
  const usage = {
    promptTokens: 8,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    completionTokens: 5,
    reasoningTokens: 0,
  }
  return {
    outcome: reply,
    verdict: {
      kind: 'success',
      answer: { text: 'secret', finishReason: 'stop', model: null, usage },
      reply,
    },
  }
}

const receipt = { shard: 7, kind: 'taken', taken: 2, duplicates: 0, remaining: 1 } as const
const group = { worker: 'w', number: 1, parts: [{ shard: 7, frame: new Uint8Array(9), waste: 0n }] }

describe('the spans of a shard', () => {
  const run = () => {
    const opened = open()
    return { ...opened, spans: new ExecutionSpans(opened.tracer, opened.clock) }
  }

  it('reach from its claim to its seal, in the trace in which its batch was submitted', () => {
    const { clock, spans, named, seen } = run()
    spans.claimed([SHARD])
    clock.advance(100)
    spans.called(SHARD, call(success()))
    spans.appended(group, [receipt], { startedAt: clock.now(), ms: 5 })
    clock.advance(50)
    spans.sealed(REF, { kind: 'sealed', batchEnded: true }, { startedAt: clock.now() - 4, ms: 4 })
    const [shard] = named('shard')
    expect(seen().map(({ name }) => name)).toEqual(['provider call', 'append', 'seal', 'shard'])
    expect(new Set(seen().map((span) => span.spanContext().traceId)).size).toBe(1)
    for (const name of ['provider call', 'append', 'seal']) {
      expect(named(name)[0]?.parentSpanContext?.spanId).toBe(shard?.spanContext().spanId)
    }
    expect(shard?.attributes).toMatchObject({
      'sheepfold.batch': 'batch_1',
      'sheepfold.outcome': 'sealed',
      'sheepfold.calls': 1,
      'sheepfold.calls_failed': 0,
    })
    expect(named('provider call')[0]?.attributes).toMatchObject({
      'sheepfold.deployment': 'eu',
      'server.address': 'eu.example',
      'gen_ai.usage.input_tokens': 8,
      'gen_ai.usage.output_tokens': 5,
      'http.response.status_code': 200,
    })
    expect(JSON.stringify(seen().map(({ attributes, status }) => [attributes, status]))).not.toContain(
      'secret',
    )
  })

  it('show the first calls and commits, and every one that failed', () => {
    const { spans, named } = run()
    spans.claimed([SHARD])
    for (let at = 0; at < 20; at += 1) spans.called(SHARD, call(success()))
    for (let at = 0; at < 20; at += 1) spans.appended(group, [receipt], { startedAt: START, ms: 1 })
    spans.called(SHARD, call())
    spans.appendFailed(group, { startedAt: START, ms: 1 })
    expect(named('provider call')).toHaveLength(6)
    expect(named('append')).toHaveLength(6)
    expect(named('provider call').at(-1)?.attributes).toMatchObject({ 'error.type': 'connection' })
    spans.released(REF)
    expect(named('shard')[0]?.attributes).toMatchObject({
      'sheepfold.outcome': 'released',
      'sheepfold.calls': 21,
      'sheepfold.calls_failed': 1,
    })
  })

  it('end when the worker loses its lease, when the shard is claimed again, and when the process stops', () => {
    const { spans, named } = run()
    spans.claimed([SHARD])
    spans.joined()
    spans.claimed([SHARD])
    spans.claimed([{ ...SHARD, epoch: 3 }])
    // Of the epoch before: it ends nothing.
    spans.sealed(REF, { kind: 'lost' }, { startedAt: START, ms: 1 })
    spans.close()
    expect(named('shard').map(({ attributes }) => attributes['sheepfold.outcome'])).toEqual([
      'lost',
      'lost',
      'stopped',
    ])
  })

  it('are not made of a batch that was submitted while no traces were taken', () => {
    const { spans, seen } = run()
    spans.claimed([{ ...SHARD, trace: null }])
    spans.called(SHARD, call())
    spans.sealed(REF, { kind: 'sealed', batchEnded: false }, { startedAt: START, ms: 1 })
    expect(seen()).toEqual([])
  })
})
