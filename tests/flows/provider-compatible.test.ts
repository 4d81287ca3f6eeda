import { type FaultKind, type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { compatibleProtocol } from '../../gateway/src/provider/compatible/protocol.ts'
import { type AskedProvider, askProvider, successOf } from '../support/ask-provider.ts'

const CHAT = '/v1/chat/completions'
const BODY = { model: 'qwen3-32b', top_k: 5, messages: [{ role: 'user', content: '양 우리란 무엇인가요?' }] }
const STREAM = { ...BODY, stream: true, stream_options: { include_usage: true } }

let double: SimulatorServer
let vllm: AskedProvider

beforeAll(async () => {
  double = await startSimulator({ models: { 'qwen3-32b': {} } })
  vllm = askProvider(compatibleProtocol, { provider: 'compatible', baseUrl: `${double.url}/vllm/v1` })
})

afterEach(() => double.simulator.setFaults([]))

afterAll(async () => {
  vllm[Symbol.dispose]()
  await double.close()
})

const strike = (kind: FaultKind): void => double.simulator.setFaults([{ kind, nth: 1 }])

const expected = (): string => double.simulator.expectedAnswer(BODY, '/vllm/v1/chat/completions')

describe('an answer of vLLM', () => {
  it('is the one that the request deserves, and tells its usage without details', async () => {
    const { answer, reply } = successOf(await vllm.ask(CHAT, BODY))
    expect(answer.text).toBe(expected())
    expect(answer.usage).toMatchObject({ cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 })
    expect(answer.usage?.promptTokens).toBeGreaterThan(0)
    expect(reply.headers.get('x-ratelimit-limit-requests')).toBeUndefined()
  })

  it.each([
    ['/v1/completions', { model: 'qwen3-32b', prompt: 'a', max_tokens: 5 }],
    ['/v1/embeddings', { model: 'qwen3-32b', input: 'a' }],
    ['/v1/responses', { model: 'qwen3-32b', input: 'a' }],
  ])('comes from %s too', async (endpoint, body) => {
    expect(successOf(await vllm.ask(endpoint, body)).answer.usage?.promptTokens).toBeGreaterThan(0)
  })

  it.each([
    ['server_error', 'server_error', 'InternalServerError'],
    ['unavailable', 'overloaded', 'ServiceUnavailableError'],
    ['gateway_timeout', 'server_error', 'InternalServerError'],
    ['bad_gateway', 'server_error', 'http_502'],
    ['key_revoked', 'key_refused', 'http_401'],
    ['permission_denied', 'permission', 'PermissionDeniedError'],
    ['rate_limit', 'throttled', 'RateLimitError'],
    ['truncated_json', 'bad_answer', 'invalid_json'],
    ['invalid_json', 'bad_answer', 'invalid_json'],
    ['invalid_utf8', 'bad_answer', 'invalid_utf8'],
    ['wrong_content_type', 'bad_answer', 'wrong_content_type'],
    ['empty_body', 'bad_answer', 'empty_answer'],
    ['huge_answer', 'too_large_answer', 'too_large'],
    ['reset_before', 'connection', 'reset'],
    ['reset_mid', 'connection', 'reset'],
  ] as const)('that meets %s fails as %s, and says %s', async (kind, failure, code) => {
    strike(kind)
    expect(await vllm.ask(CHAT, BODY)).toMatchObject({ kind: 'failure', class: failure, code })
  })

  it.each([
    [{ ...BODY, model: 'none' }, 'model_missing', 'NotFoundError'],
    [{ ...BODY, temperature: 9 }, 'bad_request', 'BadRequestError'],
  ])('to a request that is wrong says so', async (body, failure, code) => {
    expect(await vllm.ask(CHAT, body)).toMatchObject({ kind: 'failure', class: failure, code })
  })

  it('of a path that the server does not have closes the deployment, and fails no request', async () => {
    const none = '/v1/chat/none'
    expect(await vllm.ask(none, BODY)).toMatchObject({ class: 'model_missing', message: 'Not Found' })
  })
})

describe('a stream of vLLM', () => {
  it('passes as it comes, and is read on its way', async () => {
    const { reading } = await vllm.stream(CHAT, STREAM)
    expect(reading.failure()).toBeUndefined()
    expect(reading.text()).toBe(expected())
    expect(reading.usage()).toEqual(successOf(await vllm.ask(CHAT, BODY)).answer.usage)
  })

  it.each(['stream_error', 'stream_cut', 'stream_reset'] as const)(
    'that meets %s has failed',
    async (kind) => {
      strike(kind)
      const { reading } = await vllm.stream(CHAT, STREAM)
      expect(reading.failure()).toBeDefined()
    },
  )
})
