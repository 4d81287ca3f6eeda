import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { openaiOf } from '../support/openai.ts'
import {
  chatAnswer,
  DONE,
  type ScriptedProvider,
  startScriptedProvider,
  stopChunk,
  textChunk,
  USAGE,
  usageChunk,
} from '../support/scripted-provider.ts'
import { rowsOf } from '../support/store-place.ts'
import { until } from '../support/wait.ts'

let provider: ScriptedProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startScriptedProvider()
  server = await openGateway({ provider: provider.url })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const chat = { model: 'batch-4.1', messages: [{ role: 'user' as const, content: 'hi' }] }
const TOKENS = BigInt(USAGE.prompt_tokens + USAGE.completion_tokens)
/** Of batch-4.1, in nano-USD a token: 8 and 2 USD a million. */
const LIST = 8_000n
const BATCH = 2_000n

const chargeOf = async (tier: 'list' | 'batch', calls: number): Promise<bigint> =>
  until(`${calls} calls of ${tier}`, async () => {
    const [row] = await rowsOf(
      server.dataDir,
      `SELECT CAST(coalesce(sum(calls), 0) AS BIGINT) AS calls, CAST(coalesce(sum(charge), 0) AS BIGINT) AS charge
       FROM usage_minute WHERE tier = '${tier}'`,
    )
    return Number(row?.calls) === calls && BigInt(String(row?.charge))
  })

describe('the price of an ordinary call', () => {
  it('is the list price, and that of a batch where the body or the header asks for flex', async () => {
    const openai = openaiOf(server)
    const listed = openai.chat.completions.create(chat)
    ;(await provider.next()).answer(200, chatAnswer('x'))
    await listed
    expect(await chargeOf('list', 1)).toBe(LIST * TOKENS)

    const asked = openai.chat.completions.create({ ...chat, service_tier: 'flex' }).withResponse()
    const sent = await provider.next()
    // Which tier our provider is asked for is ours to choose.
    expect(sent.json).toEqual({ ...chat, model: 'gpt-4.1' })
    sent.answer(200, chatAnswer('x', { service_tier: 'default' }))
    const { data, response } = await asked
    expect(data.service_tier).toBe('flex')
    expect(response.headers.get('sheepfold-service-tier')).toBe('flex')

    const headers = { 'sheepfold-service-tier': 'flex' }
    const named = call(`${server.url}/v1/chat/completions`, { key: server.key, body: chat, headers })
    ;(await provider.next()).answer(200, chatAnswer('x'))
    expect((await named).json).toEqual({ ...chatAnswer('x'), service_tier: 'flex' })
    expect(await chargeOf('batch', 2)).toBe(2n * BATCH * TOKENS)
  })

  it('is that of a batch for a stream too, whose bytes stay as they are', async () => {
    const openai = openaiOf(server)
    const streamed = openai.chat.completions
      .create({ ...chat, service_tier: 'flex', stream: true })
      .withResponse()
    const sent = await provider.next()
    sent.begin()
    sent.write(textChunk('one') + stopChunk + usageChunk + DONE)
    sent.end()
    const { data, response } = await streamed
    expect(response.headers.get('sheepfold-service-tier')).toBe('flex')
    const texts: unknown[] = []
    for await (const event of data) texts.push(event.choices[0]?.delta.content)
    expect(texts).toEqual(['one', undefined])
    expect(await chargeOf('batch', 3)).toBe(3n * BATCH * TOKENS)
  })

  it('leaves other tiers to the provider, and says that ours is the default one', async () => {
    const body = { ...chat, service_tier: 'priority' }
    const asked = call(`${server.url}/v1/chat/completions`, { key: server.key, body })
    const sent = await provider.next()
    expect(sent.json.service_tier).toBe('priority')
    sent.answer(200, chatAnswer('x', { service_tier: 'priority' }))
    const answer = await asked
    expect(answer.json).toMatchObject({ service_tier: 'priority' })
    expect(answer.headers.get('sheepfold-service-tier')).toBe('default')
  })
})

describe('what is charged', () => {
  it('is nothing where the provider breaks the stream, and what came until a client left', async () => {
    const before = await chargeOf('list', 2)
    const failed = call(`${server.url}/v1/chat/completions`, {
      key: server.key,
      body: { ...chat, stream: true },
    })
    const first = await provider.next()
    first.begin()
    first.write(textChunk('one'))
    setImmediate(() => first.reset())
    await failed
    const [broken] = await until('the broken call', async () => {
      const rows = await rowsOf(server.dataDir, 'SELECT charge, waste FROM usage_minute WHERE waste > 0')
      return rows.length > 0 && rows
    })
    expect(Number(broken?.waste)).toBeGreaterThan(0)
    expect(await chargeOf('list', 3)).toBe(before)

    const stream = await openClientStream()
    await stream.left
    expect(await chargeOf('list', 4)).toBeGreaterThan(before)
  })

  const openClientStream = async (): Promise<{ left: Promise<void> }> => {
    const asked = openaiOf(server).chat.completions.create({ ...chat, stream: true })
    const sent = await provider.next()
    sent.begin()
    sent.write(textChunk('one two three'))
    for await (const _event of await asked) break
    return { left: sent.left }
  }
})
