import { type FaultKind, type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { estimateUsage } from '../../gateway/src/money/estimate-usage.ts'
import { openaiProtocol } from '../../gateway/src/provider/openai/protocol.ts'
import type { Verdict } from '../../gateway/src/provider/verdict.ts'
import { type AskedProvider, askProvider, successOf } from '../support/ask-provider.ts'

let provider: SimulatorServer
let openai: AskedProvider

beforeAll(async () => {
  provider = await startSimulator()
  openai = askProvider(openaiProtocol, { provider: 'openai', baseUrl: `${provider.url}/v1` })
})

afterAll(async () => {
  openai[Symbol.dispose]()
  await provider.close()
})

const TEXT = 'What is a sheepfold, and who built the first one? 양 우리란 무엇인가요?'

const REQUESTS: readonly [endpoint: string, body: Readonly<Record<string, unknown>>][] = [
  ['/v1/chat/completions', { model: 'gpt-4.1', messages: [{ role: 'user', content: TEXT }] }],
  ['/v1/completions', { model: 'gpt-3.5-turbo-instruct', prompt: TEXT, max_tokens: 40 }],
  ['/v1/embeddings', { model: 'text-embedding-3-small', input: [TEXT, TEXT], encoding_format: 'base64' }],
  ['/v1/responses', { model: 'gpt-4.1', instructions: 'Be brief.', input: TEXT }],
]

const askWithFault = async (kind: FaultKind, endpoint: string, body: object): Promise<Verdict> => {
  provider.simulator.setFaults([{ kind, nth: 1 }])
  try {
    return await openai.ask(endpoint, body)
  } finally {
    provider.simulator.setFaults([])
  }
}

describe.each(REQUESTS)('%s', (endpoint, body) => {
  const bytes = Buffer.from(JSON.stringify(body))

  it('brings the answer that the request deserves, with its usage', async () => {
    const { answer, reply } = successOf(await openai.ask(endpoint, body))
    const expected = provider.simulator.expectedAnswer(body, endpoint)
    if (endpoint === '/v1/embeddings') {
      const { data }: { data: { embedding: string }[] } = JSON.parse(String(reply.body))
      expect(data.map(({ embedding }) => embedding)).toEqual(JSON.parse(expected))
    } else expect(answer.text).toBe(expected)
    expect(answer.usage?.promptTokens).toBeGreaterThan(0)
    expect(reply.headers.get('x-request-id')).toMatch(/^req_/)
  })

  it('has its tokens counted nearly as the provider counts them, where the provider does not tell', async () => {
    const told = successOf(await openai.ask(endpoint, body)).answer.usage
    const { answer, reply } = successOf(await askWithFault('no_usage', endpoint, body))
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
    expect(await askWithFault(kind, endpoint, body)).toMatchObject({ kind: 'failure', class: expected })
  })

  it('with a model that does not work there fails alone', async () => {
    const wrong = endpoint === '/v1/embeddings' ? 'gpt-4.1' : 'text-embedding-3-small'
    const verdict = await openai.ask(endpoint, { ...body, model: wrong })
    expect(verdict).toMatchObject({ class: expect.stringMatching(/^(bad_request|permission)$/) })
  })
})
