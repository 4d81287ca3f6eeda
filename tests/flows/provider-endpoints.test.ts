import { type FaultKind, type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../gateway/src/clock/system.ts'
import { estimateUsage } from '../../gateway/src/money/estimate-usage.ts'
import type { Deployment } from '../../gateway/src/provider/deployment.ts'
import { createHttpCall, type HttpCall } from '../../gateway/src/provider/http1/http-call.ts'
import { openaiProtocol } from '../../gateway/src/provider/openai/protocol.ts'
import type { Success, Verdict } from '../../gateway/src/provider/verdict.ts'

let provider: SimulatorServer
let http: HttpCall

beforeAll(async () => {
  provider = await startSimulator()
  http = createHttpCall({ clock: systemClock, connectionsMax: 4 })
})

afterAll(async () => {
  http.close()
  await provider.close()
})

const TEXT = 'What is a sheepfold, and who built the first one? 양 우리란 무엇인가요?'

const REQUESTS: readonly [endpoint: string, body: Readonly<Record<string, unknown>>][] = [
  ['/v1/chat/completions', { model: 'gpt-4.1', messages: [{ role: 'user', content: TEXT }] }],
  ['/v1/completions', { model: 'gpt-3.5-turbo-instruct', prompt: TEXT, max_tokens: 40 }],
  ['/v1/embeddings', { model: 'text-embedding-3-small', input: [TEXT, TEXT], encoding_format: 'base64' }],
  ['/v1/responses', { model: 'gpt-4.1', instructions: 'Be brief.', input: TEXT }],
]

const deployment = (): Deployment => ({
  id: 'one',
  model: 'm',
  provider: 'openai',
  outputTokensDefault: 4_096,
  providerModel: 'm',
  baseUrl: `${provider.url}/v1`,
  apiKey: 'sk-one',
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

const ask = async (endpoint: string, body: Buffer): Promise<Verdict> => {
  const { baseUrl, limits } = deployment()
  const outcome = await http.call({
    ...openaiProtocol.target(deployment(), endpoint, { isStream: false, headers: {} }),
    ...limits,
    baseUrl,
    body,
    answerBytesMax: 1_000_000,
  })
  return openaiProtocol.interpret(outcome, endpoint)
}

const successOf = (verdict: Verdict): Success => {
  if (verdict.kind === 'failure') throw new Error(`${verdict.code}: ${verdict.message}`)
  return verdict
}

const askWithFault = async (kind: FaultKind, endpoint: string, body: Buffer): Promise<Verdict> => {
  provider.simulator.setFaults([{ kind, nth: 1 }])
  try {
    return await ask(endpoint, body)
  } finally {
    provider.simulator.setFaults([])
  }
}

describe.each(REQUESTS)('%s', (endpoint, body) => {
  const bytes = Buffer.from(JSON.stringify(body))

  it('brings the answer that the request deserves, with its usage', async () => {
    const { answer, reply } = successOf(await ask(endpoint, bytes))
    const expected = provider.simulator.expectedAnswer(body, endpoint)
    if (endpoint === '/v1/embeddings') {
      const { data }: { data: { embedding: string }[] } = JSON.parse(String(reply.body))
      expect(data.map(({ embedding }) => embedding)).toEqual(JSON.parse(expected))
    } else expect(answer.text).toBe(expected)
    expect(answer.usage?.promptTokens).toBeGreaterThan(0)
    expect(reply.headers.get('x-request-id')).toMatch(/^req_/)
  })

  it('has its tokens counted nearly as the provider counts them, where the provider does not tell', async () => {
    const told = successOf(await ask(endpoint, bytes)).answer.usage
    const { answer, reply } = successOf(await askWithFault('no_usage', endpoint, bytes))
    expect(answer.usage).toBeUndefined()
    const counted = estimateUsage(openaiProtocol.billedText({ endpoint, request: bytes, answer: reply.body }))
    // What the provider puts around messages is not in their text.
    expect(Math.abs(counted.promptTokens - (told?.promptTokens ?? 0))).toBeLessThanOrEqual(12)
    expect(counted.completionTokens).toBe(told?.completionTokens)
  })

  it.each([
    ['truncated_json', 'bad_answer'],
    ['invalid_json', 'bad_answer'],
    ['invalid_utf8', 'bad_answer'],
    ['wrong_content_type', 'bad_answer'],
    ['empty_body', 'bad_answer'],
    ['huge_answer', 'too_large_answer'],
    ['rate_limit', 'throttled'],
    ['overloaded', 'overloaded'],
    ['quota_exceeded', 'quota_exhausted'],
    ['reset_mid', 'connection'],
  ] as const)('that meets %s fails as %s', async (kind, expected) => {
    expect(await askWithFault(kind, endpoint, bytes)).toMatchObject({ kind: 'failure', class: expected })
  })

  it('with a model that does not work there fails alone', async () => {
    const wrong = endpoint === '/v1/embeddings' ? 'gpt-4.1' : 'text-embedding-3-small'
    const verdict = await ask(endpoint, Buffer.from(JSON.stringify({ ...body, model: wrong })))
    expect(verdict).toMatchObject({ class: expect.stringMatching(/^(bad_request|permission)$/) })
  })
})
