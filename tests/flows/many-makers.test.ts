import type Anthropic from '@anthropic-ai/sdk'
import { type Config, environmentDeployments, simulatedDeployments } from '@sheepfold/gateway'
import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sellPriceOf } from '../../gateway/src/config/catalogue.ts'
import { costAt } from '../../gateway/src/money/cost-book.ts'
import { priceOf, type TokenPrices } from '../../gateway/src/money/price.ts'
import type { Usage } from '../../gateway/src/money/usage.ts'
import { anthropicOf } from '../support/anthropic.ts'
import { resultsNow, resultsOf } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { answerOfMaker, makerPathOf } from '../support/makers.ts'
import {
  messageBatchEnded,
  messageRequest,
  resultsOf as messagesOf,
  type ResultLine,
} from '../support/message-batches.ts'
import { answerOf, CHAT, ended, linesOf, openaiOf, submit } from '../support/openai.ts'
import { API_KEY, startServe } from '../support/serve.ts'
import { makePlace, rowsOf } from '../support/store-place.ts'
import { auditOf } from '../support/stored.ts'
import { tempDir } from '../support/temp-dir.ts'

/** Those of the native dialect, and one of each maker under its own name. */
const MODELS = [
  'batch-4.1',
  'batch-flash-3.5',
  'batch-pro',
  'gpt-4.1-mini',
  'claude-haiku-4-5',
  'gemini-2.5-flash',
  'deepseek-flash',
  'deepseek-v4-pro',
]

const KEYS = { openai: 'sk-o', anthropic: 'sk-ant', gemini: 'AIza', deepseek: 'sk-d' }

/** As `--simulate` has it, and as the keys and addresses of the environment do. */
const SETTINGS: ReadonlyArray<readonly [name: string, deployments: (at: string) => Config['deployments']]> = [
  ['the simulator behind every model', simulatedDeployments],
  [
    'keys of all makers in the environment',
    (at) =>
      environmentDeployments({
        OPENAI_API_KEY: KEYS.openai,
        OPENAI_BASE_URL: `${at}/v1`,
        ANTHROPIC_API_KEY: KEYS.anthropic,
        ANTHROPIC_BASE_URL: at,
        GEMINI_API_KEY: KEYS.gemini,
        GOOGLE_GEMINI_BASE_URL: at,
        DEEPSEEK_API_KEY: KEYS.deepseek,
        DEEPSEEK_BASE_URL: at,
      }),
  ],
]

interface Asked {
  readonly id: string
  readonly model: string
  readonly text: string
}

/** By turns, so that no two neighbours are of one model. */
const askedOf = (count: number): Asked[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `r-${index}`,
    model: MODELS[index % MODELS.length] ?? '',
    text: `Who built sheepfold ${index}? 양 우리`,
  }))

describe.each(SETTINGS)('with %s', (_name, deployments) => {
  let simulator: SimulatorServer
  let server: TestGateway

  beforeAll(async () => {
    simulator = await startSimulator({
      keys: [...Object.values(KEYS), 'sk-simulated'],
      // Calls wait a little, and DeepSeek's tell that they do.
      defaults: { firstByteMs: 20, keepAliveMs: 5 },
    })
    server = await openGateway({
      provider: simulator.url,
      adapt: (config) => ({ ...config, deployments: deployments(simulator.url) }),
    })
  })

  afterAll(async () => {
    await server.stop()
    await simulator.close()
  })

  const expected = ({ model, text }: Asked): string =>
    answerOfMaker(simulator.simulator, server.config, { model, text })

  const expectedOf = (all: readonly Asked[]): Map<string, string> =>
    new Map(all.map((each) => [each.id, expected(each)]))

  it('every model is there', async () => {
    const { data } = await openaiOf(server).models.list()
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(MODELS))
  })

  it('a file that mixes them runs as one batch: to each its own maker’s answer, one result in input order, one bill', async () => {
    const startedAt = Date.now()
    const before = await chargedSoFar(server)
    const asked = askedOf(64)
    const openai = openaiOf(server)
    const lines = asked.map(({ id, model, text }) =>
      JSON.stringify({
        custom_id: id,
        method: 'POST',
        url: CHAT,
        body: { model, messages: [{ role: 'user', content: text }] },
      }),
    )
    const batch = await ended(openai, await submit(openai, lines))
    expect(batch.request_counts).toEqual({ total: 64, completed: 64, failed: 0 })
    const results = await linesOf(openai, batch.output_file_id)
    expect(results.map(({ custom_id }) => custom_id)).toEqual(asked.map(({ id }) => id))
    expect(new Map(results.map((line) => [line.custom_id, answerOf(line)]))).toEqual(expectedOf(asked))
    for (const { response } of results) {
      expect(response?.body).toMatchObject({
        object: 'chat.completion',
        usage: { total_tokens: expect.any(Number) },
      })
    }
    const { results: inOrder } = await resultsNow(server, batch.id)
    expect(inOrder.map(({ custom_id }) => custom_id)).toEqual(asked.map(({ id }) => id))
    await expectOneBill(server, { batch: batch.id, startedAt, before })
  })

  it('so does a batch of messages', async () => {
    const startedAt = Date.now()
    const before = await chargedSoFar(server)
    const asked = askedOf(32)
    const client = anthropicOf(server)
    const requests = asked.map(({ id, model, text }) =>
      messageRequest(id, text, { model, max_tokens: 4_096 }),
    )
    const batch = await messageBatchEnded(client, await client.messages.batches.create({ requests }))
    expect(batch.request_counts).toMatchObject({ succeeded: 32, errored: 0 })
    const results = await messagesOf(client, batch)
    expect([...results.keys()]).toEqual(asked.map(({ id }) => id))
    expect(new Map(Array.from(results, ([id, result]) => [id, saidIn(result)]))).toEqual(expectedOf(asked))
    await expectOneBill(server, { batch: batch.id, startedAt, before })
  })

  it('each maker was asked at its own address, in its own words', () => {
    const paths = new Set([...simulator.simulator.tape()].map(({ path }) => path))
    expect(paths).toEqual(new Set([...MODELS.map((model) => makerPathOf(server.config, model))]))
  })

  it.each(MODELS)('%s answers ordinary calls of both dialects, whole and streamed', async (model) => {
    const asked = { model, max_tokens: 4_096, messages: [{ role: 'user' as const, content: `Hi, ${model}` }] }
    const [openai, anthropic] = [openaiOf(server), anthropicOf(server)]
    let streamed = ''
    for await (const chunk of await openai.chat.completions.create({ ...asked, stream: true })) {
      streamed += chunk.choices[0]?.delta.content ?? ''
    }
    const whole = await openai.chat.completions.create(asked)
    const message = await anthropic.messages.create(asked)
    const streamedMessage = await anthropic.messages.stream(asked).finalMessage()
    const said = expected({ id: '', model, text: `Hi, ${model}` })
    expect([whole.choices[0]?.message.content, streamed]).toEqual([said, said])
    expect([textIn(message), textIn(streamedMessage)]).toEqual([said, said])
  })

  it.each(MODELS)('a native batch of %s has its answers and its cost', async (model) => {
    const asked = askedOf(5).map((each) => ({ ...each, model }))
    const tasks = asked.map(({ id, text }) => ({ custom_id: id, prompt: text }))
    const { results } = await resultsOf(server, { model, tasks })
    expect(results.map(({ custom_id, output, error }) => [custom_id, output, error])).toEqual(
      asked.map((each) => [each.id, expected(each), null]),
    )
    for (const { cost } of results) expect(Number(cost)).toBeGreaterThan(0)
  })

  it('the books balance over all of it', async () => {
    expect((await auditOf(server.dataDir)).findings).toEqual([])
  })
})

it('serve --simulate serves every model of the catalogue without a key', async () => {
  const folder = tempDir()
  const { dataDir } = folder
  const place = await makePlace(dataDir)
  const serve = await startServe({ dataDir, args: ['--no-config', '--simulate'] })
  try {
    const at = { url: serve.url, key: API_KEY }
    const { data } = await openaiOf(at).models.list()
    expect(data.length).toBeGreaterThan(40)
    for (const model of MODELS) {
      const { results } = await resultsOf(at, { model, tasks: [{ custom_id: 'a', prompt: 'Hello' }] })
      expect(results).toMatchObject([
        { custom_id: 'a', status: 'succeeded', output: expect.stringMatching(/\w/) },
      ])
    }
  } finally {
    await serve.stop()
    await place.remove()
    folder[Symbol.dispose]()
  }
})

/** Every shard is one model's, cost what its maker's book says, and was charged what it is sold at. */
const expectOneBill = async (
  server: TestGateway,
  { batch, startedAt, before }: { batch: string; startedAt: number; before: bigint },
): Promise<void> => {
  const { dataDir, config } = server
  const shards = await rowsOf(dataDir, `SELECT * FROM shard WHERE batch = '${batch}'`)
  expect(new Set(shards.map(({ model }) => model))).toEqual(new Set(MODELS))
  for (const shard of shards) {
    const entry = config.catalogue.get(String(shard.model))
    if (!entry) throw new Error(`there is no model ${shard.model}`)
    const usage = usageOf(shard)
    const costs = pricesSince(startedAt, (at) => costAt(config.costBooks, entry.costBook, at)?.list)
    const sold = pricesSince(startedAt, (at) => sellPriceOf(entry, config.costBooks, at)?.batch)
    expect(
      costs.map((prices) => priceOf(usage, prices)),
      entry.id,
    ).toContain(BigInt(Number(shard.cost)))
    expect(
      sold.map((prices) => priceOf(usage, prices)),
      entry.id,
    ).toContain(BigInt(Number(shard.charge)))
  }
  const charged = shards.reduce((sum, { charge }) => sum + BigInt(Number(charge)), 0n)
  expect(await chargedSoFar(server)).toBe(before + charged)
}

/** What the books say of all batches, which must be in order. */
const chargedSoFar = async ({ dataDir }: TestGateway): Promise<bigint> => {
  const { balances, findings } = await auditOf(dataDir)
  expect(findings).toEqual([])
  return balances.find(({ account }) => account === 'revenue')?.amount ?? 0n
}

/** Without what the model thought before it. */
const saidIn = (result: ResultLine['result']): string => {
  if (result.type !== 'succeeded') throw new Error(`it is ${result.type}`)
  return textIn(result.message)
}

const textIn = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('')

const usageOf = (shard: Readonly<Record<string, unknown>>): Usage => ({
  promptTokens: Number(shard.prompt_tokens),
  cachedTokens: Number(shard.cached_tokens),
  cacheWriteTokens: Number(shard.cache_write_tokens),
  completionTokens: Number(shard.completion_tokens),
  reasoningTokens: Number(shard.reasoning_tokens),
})

/** DeepSeek's prices go by the hour, and an hour may have ended meanwhile. */
const pricesSince = (startedAt: number, priceAt: (at: number) => TokenPrices | undefined): TokenPrices[] =>
  [startedAt, Date.now()].flatMap((at) => priceAt(at) ?? [])
