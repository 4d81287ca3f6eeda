import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchEnded } from '../support/batches.ts'
import { deployment, writeConfig } from '../support/config-file.ts'
import { call } from '../support/http.ts'
import { openaiOf } from '../support/openai.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { API_KEY, type Serve, startServe } from '../support/serve.ts'
import { tempDir } from '../support/temp-dir.ts'
import { until } from '../support/wait.ts'

/** A collector's receiver, a client with a trace of its own, and the real server between them. */

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const CLIENT_SPAN = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE_ID}-${CLIENT_SPAN}-01`
const MARK = 'what-was-said-0815'

let provider: FakeProvider
let folder: ReturnType<typeof tempDir>
let configFile: string

beforeAll(async () => {
  provider = await startFakeProvider()
  folder = tempDir()
  configFile = writeConfig(folder.path, { deployments: [deployment({ url: provider.url })] })
})

afterAll(async () => {
  await provider.close()
  folder[Symbol.dispose]()
})

/** One that sends soon, so that a test can wait for it; or not before it is told to stop. */
const serveTo = (receiver: OtlpReceiver, more: Record<string, string> = {}): Promise<Serve> =>
  startServe({
    dataDir: folder.dataDir,
    configFile,
    drain: 60,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      ...more,
    },
  })

const submit = async (url: string, ...prompts: string[]): Promise<string> => {
  const tasks = prompts.map((prompt) => ({ custom_id: prompt, prompt: `${prompt} ${MARK}` }))
  const answer = await call(`${url}/v1/batches`, {
    key: API_KEY,
    headers: { traceparent: TRACEPARENT },
    body: { model: 'batch-4.1', tasks },
  })
  expect(answer.status).toBe(200)
  return (answer.json as { batch_id: string }).batch_id
}

const saidNothing = (receiver: OtlpReceiver): void => {
  expect(receiver.exports.length).toBeGreaterThan(0)
  for (const { body } of receiver.exports) {
    expect(body.includes(MARK)).toBe(false)
    expect(body.includes(API_KEY)).toBe(false)
    expect(body.includes('sk-provider')).toBe(false)
  }
}

describe('a trace', () => {
  it('of a batch reaches from its submit to its last answer, also over kill -9', async () => {
    const receiver = await startOtlpReceiver()
    provider.hold()
    const first = await serveTo(receiver)
    const batch = await submit(first.url, 'one', 'two', 'three')
    await provider.waiting(3)
    await until('the submit to be seen', () => receiver.named('POST /v1/batches').length > 0)
    await first.kill('SIGKILL')
    expect(receiver.named('shard')).toEqual([])
    provider.open()
    const second = await serveTo(receiver)
    await batchEnded({ url: second.url, key: API_KEY }, batch)
    await second.stop()

    const ofTrace = receiver.spans.filter(({ traceId }) => traceId === TRACE_ID)
    const [submitted] = receiver.named('POST /v1/batches')
    expect(submitted).toMatchObject({
      service: 'sheepfold',
      traceId: TRACE_ID,
      parentSpanId: CLIENT_SPAN,
      attributes: { 'http.route': '/v1/batches', 'http.response.status_code': expect.anything() },
    })
    const childrenOf = (spanId: string | undefined): string[] =>
      ofTrace.filter((span) => span.parentSpanId === spanId).map(({ name }) => name)
    expect(childrenOf(submitted?.spanId).sort()).toEqual(['accept', 'batch', 'intake', 'shard'])
    const shard = ofTrace.find(({ name }) => name === 'shard')
    expect(shard?.attributes).toMatchObject({ 'sheepfold.batch': batch, 'sheepfold.outcome': 'sealed' })
    expect(new Set(childrenOf(shard?.spanId))).toEqual(new Set(['provider call', 'append', 'seal']))
    expect(childrenOf(shard?.spanId).filter((name) => name === 'provider call')).toHaveLength(3)
    const [whole] = receiver.named('batch')
    expect(whole?.attributes).toMatchObject({ 'sheepfold.batch': batch, 'sheepfold.outcome': 'completed' })
    expect(whole?.startMs).toBeLessThanOrEqual(shard?.startMs ?? 0)
    saidNothing(receiver)
    await receiver.close()
  })

  it('of an ordinary call shows its wait and its provider, who is told nothing of it', async () => {
    const receiver = await startOtlpReceiver()
    const serve = await serveTo(receiver)
    const openai = openaiOf({ url: serve.url, key: API_KEY })
    const chat = { model: 'batch-4.1', messages: [{ role: 'user' as const, content: `hello ${MARK}` }] }
    const seenBefore = provider.headers.length
    await openai.chat.completions.create(chat, { headers: { traceparent: TRACEPARENT } })
    await until('the call to be seen', () => receiver.named('POST /v1/chat/completions').length > 0)
    await serve.stop()
    const [request] = receiver.named('POST /v1/chat/completions')
    expect(request).toMatchObject({ traceId: TRACE_ID, parentSpanId: CLIENT_SPAN })
    const children = receiver.spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId)
    expect(children.map(({ name }) => name).sort()).toEqual(['gate wait', 'provider call'])
    expect(children.find(({ name }) => name === 'provider call')?.attributes).toMatchObject({
      'sheepfold.outcome': 'success',
      'sheepfold.model': 'batch-4.1',
    })
    const sent = provider.headers.slice(seenBefore)
    expect(sent).toHaveLength(1)
    expect(Object.keys(sent[0] ?? {})).not.toContain('traceparent')
    expect(JSON.stringify(sent)).not.toContain(TRACE_ID)
    saidNothing(receiver)
    await receiver.close()
  })

  it('that has not been sent yet is sent at the shutdown, as protobuf where nothing else is asked for', async () => {
    const receiver = await startOtlpReceiver()
    const serve = await serveTo(receiver, {
      OTEL_BSP_SCHEDULE_DELAY: '600000',
      OTEL_EXPORTER_OTLP_PROTOCOL: '',
      OTEL_SERVICE_NAME: 'herd-7',
    })
    await submit(serve.url, 'late')
    expect(receiver.exports).toEqual([])
    expect(await serve.stop()).toMatchObject({ code: 0 })
    const bodies = Buffer.concat(receiver.exports.map(({ body }) => body))
    expect(new Set(receiver.exports.map(({ contentType }) => contentType))).toEqual(
      new Set(['application/x-protobuf']),
    )
    for (const seen of ['POST /v1/batches', 'herd-7']) expect(bodies.includes(seen)).toBe(true)
    expect(bodies.includes(Buffer.from(TRACE_ID, 'hex'))).toBe(true)
    saidNothing(receiver)
    await receiver.close()
  })

  it('that the client wants nobody to see is not sent, and neither is any where the sampler is off', async () => {
    const receiver = await startOtlpReceiver()
    const serve = await serveTo(receiver)
    const asked = (traceparent: string) =>
      call(`${serve.url}/v1/models`, { key: API_KEY, headers: { traceparent } })
    await asked(`00-${'a'.repeat(32)}-${CLIENT_SPAN}-00`)
    await asked(TRACEPARENT)
    await serve.stop()
    expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]))
    const off = await serveTo(receiver, { OTEL_TRACES_SAMPLER: 'always_off' })
    const before = receiver.exports.length
    await call(`${off.url}/v1/models`, { key: API_KEY })
    await off.stop()
    expect(receiver.exports).toHaveLength(before)
    await receiver.close()
  })

  it('is lost where its collector is away, and nothing else is', async () => {
    const gone = await startOtlpReceiver()
    await gone.close()
    const serve = await serveTo(gone)
    const batch = await submit(serve.url, 'unseen')
    expect((await batchEnded({ url: serve.url, key: API_KEY }, batch)).status).toBe('completed')
    expect(await serve.stop()).toMatchObject({ code: 0 })
  })
})
