import { describe, expect, it } from 'vitest'
import { answer } from '../provider/answers/interpret.fixture.ts'
import { anthropicProtocol } from '../provider/anthropic/protocol.ts'
import type { Ask, Asked } from '../provider/channel.ts'
import type { Deployment } from '../provider/deployment.ts'
import type { Failure } from '../provider/failure.ts'
import { openaiProtocol } from '../provider/openai/protocol.ts'
import type { JsonObject } from './json.ts'
import type { FetchMedia } from './media.ts'
import { anthropicToOpenai } from './openai-anthropic/anthropic-to-openai.ts'
import { openaiToAnthropic } from './openai-anthropic/openai-to-anthropic.ts'
import { translatedChannel } from './translated-channel.ts'

const NOW = 1_795_478_400_000

const deploymentOf = (provider: Deployment['provider'], providerModel: string): Deployment => ({
  id: 'd',
  model: 'm',
  provider,
  providerModel,
  baseUrl: 'https://provider.test/v1',
  apiKey: 'sk-secret',
  weight: 1,
  limits: {
    concurrencyMax: 1,
    concurrencyInitial: 1,
    firstByteMsMax: 1,
    totalMsMax: 1,
    interactiveShare: 0,
  },
  outputTokensDefault: 777,
  costBook: 'c',
})

const nothingToFetch: FetchMedia = async () => ({ kind: 'unfetched', message: 'nothing was expected' })

const claude = translatedChannel({
  deployment: deploymentOf('anthropic', 'claude-opus-4-6'),
  protocol: anthropicProtocol,
  translation: openaiToAnthropic,
  fetchMedia: nothingToFetch,
  now: () => NOW,
})

const gpt = (fetchMedia: FetchMedia) =>
  translatedChannel({
    deployment: deploymentOf('openai', 'gpt-4.1'),
    protocol: openaiProtocol,
    translation: anthropicToOpenai,
    fetchMedia,
    now: () => NOW,
  })

const CHAT = { model: 'claude-opus-4-6', messages: [{ role: 'user', content: '안녕' }] }

const asked = (body: unknown, more: Partial<Asked> = {}): Asked => ({
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  isStream: false,
  ...more,
})

const askOf = async (outcome: Ask | Failure | Promise<Ask | Failure>): Promise<Ask> => {
  const ask = await outcome
  if (ask.kind === 'failure') throw new Error(ask.message)
  return ask
}

const json = (bytes: Buffer | string): JsonObject => JSON.parse(String(bytes))

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-opus-4-6',
  content: [{ type: 'text', text: '안녕하세요', citations: null }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 5, cache_read_input_tokens: 2, output_tokens: 3 },
}

describe('a request', () => {
  it('goes to the endpoint of the provider, in its format and under its name for the model', async () => {
    const ask = await askOf(claude.ask(asked({ ...CHAT, model: 'ours' })))
    expect(ask.target.path).toBe('/messages')
    expect(ask.target.headers).toMatchObject({ 'x-api-key': 'sk-secret' })
    expect(json(ask.body)).toEqual({
      model: 'claude-opus-4-6',
      max_tokens: 777,
      messages: [{ role: 'user', content: '안녕' }],
    })
  })

  it('is asked for as a stream where its caller wants one', async () => {
    const ask = await askOf(claude.ask(asked({ ...CHAT, stream: true }, { isStream: true })))
    expect(json(ask.body)).toMatchObject({ stream: true })
  })

  it('that cannot be translated fails before anything is sent, and says which field it was', async () => {
    expect(await claude.ask(asked({ ...CHAT, n: 2 }))).toMatchObject({
      kind: 'failure',
      class: 'bad_request',
      status: 400,
      code: 'untranslatable',
      message: expect.stringContaining("'n'"),
    })
  })

  it.each(['', '[]', '"text"', '{"model":', 'null'])('that is no JSON object fails: %s', async (body) => {
    expect(await claude.ask(asked(body))).toMatchObject({ kind: 'failure', class: 'bad_request' })
  })

  it('has the content of what it names by address, fetched within its scope', async () => {
    const fetched: unknown[] = []
    const channel = gpt(async (...order) => {
      fetched.push(order)
      return { kind: 'fetched', media: { mimeType: 'application/pdf', base64: 'JVBERi0=' } }
    })
    const ask = await askOf(channel.ask(asked(WITH_DOCUMENT, { scope: 'batch_1' })))
    expect(fetched).toEqual([['https://example.com/보고서.pdf', 'batch_1']])
    expect(ask.body.toString()).toContain('data:application/pdf;base64,JVBERi0=')
  })

  it('fails where that cannot be fetched', async () => {
    const channel = gpt(async () => ({ kind: 'unfetched', message: 'nobody answers there' }))
    expect(await channel.ask(asked(WITH_DOCUMENT))).toMatchObject({
      kind: 'failure',
      code: 'media_unreachable',
      message: expect.stringContaining('nobody answers there'),
    })
  })

  const WITH_DOCUMENT = {
    model: 'gpt-4.1',
    max_tokens: 10,
    messages: [
      {
        role: 'user',
        content: [
          {
            type: 'document',
            title: '보고서',
            source: { type: 'url', url: 'https://example.com/보고서.pdf' },
          },
        ],
      },
    ],
  }
})

describe('what comes back', () => {
  it('is a success with the body of the caller and the usage of the provider', async () => {
    const ask = await askOf(claude.ask(asked(CHAT)))
    const { outcome, verdict } = ask.read(answer(JSON.stringify(MESSAGE)))
    if (outcome.kind !== 'answer' || verdict.kind !== 'success') throw new Error('it failed')
    expect(verdict.reply).toBe(outcome)
    expect(json(outcome.body)).toMatchObject({
      object: 'chat.completion',
      created: NOW / 1000,
      choices: [{ message: { content: '안녕하세요' }, finish_reason: 'stop' }],
    })
    expect(verdict.answer).toMatchObject({
      text: '안녕하세요',
      usage: { promptTokens: 7, cachedTokens: 2, completionTokens: 3 },
    })
  })

  it('has its tokens counted of what was sent and what came, not of their translations', async () => {
    const ask = await askOf(claude.ask(asked(CHAT)))
    const reply = JSON.stringify(MESSAGE)
    ask.read(answer(reply))
    const exchange = { endpoint: '/v1/messages', request: ask.body, answer: Buffer.from(reply) }
    expect(ask.billedText()).toEqual(anthropicProtocol.billedText(exchange))
  })

  it('is an error in the envelope of the caller, with the class that the provider meant', async () => {
    const ask = await askOf(claude.ask(asked(CHAT)))
    const error = { type: 'error', error: { type: 'rate_limit_error', message: '너무 많은 요청' } }
    const { outcome, verdict } = ask.read(answer(JSON.stringify(error), { status: 429 }))
    if (outcome.kind !== 'answer' || verdict.kind !== 'failure') throw new Error('it succeeded')
    expect(outcome.status).toBe(429)
    const told = {
      error: expect.objectContaining({ message: '너무 많은 요청', code: 'rate_limit_exceeded' }),
    }
    expect(json(outcome.body)).toEqual(told)
    expect(json(verdict.providerError ?? '')).toEqual(told)
    expect(verdict.class).toBe('throttled')
  })

  it('is a bad answer where the provider sends no message', async () => {
    const ask = await askOf(claude.ask(asked(CHAT)))
    const { outcome, verdict } = ask.read(answer('<html>', { status: 200 }))
    expect(verdict).toMatchObject({ kind: 'failure', class: 'bad_answer' })
    if (outcome.kind !== 'answer') throw new Error('it broke')
    expect(json(outcome.body)).toHaveProperty('error.message')
  })

  it('stays what it is where the connection broke', async () => {
    const ask = await askOf(claude.ask(asked(CHAT)))
    const broken = { kind: 'broken', cause: 'reset', message: 'reset', totalMs: 1 } as const
    const { outcome, verdict } = ask.read(broken)
    expect(outcome).toBe(broken)
    expect(verdict).toMatchObject({ kind: 'failure', class: 'connection' })
  })

  it('comes as the events of the caller where it is streamed', async () => {
    const ask = await askOf(claude.ask(asked({ ...CHAT, stream: true }, { isStream: true })))
    const stream = ask.stream({ hidesUsage: true })
    const event = { type: 'message_start', message: { ...MESSAGE, content: [] } }
    const passed = stream.take(Buffer.from(`event: message_start\ndata: ${JSON.stringify(event)}\n\n`))
    expect(json(passed.toString().replace(/^data: /, ''))).toMatchObject({ object: 'chat.completion.chunk' })
  })
})
