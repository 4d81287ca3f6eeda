import { type FaultKind, type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { estimateUsage } from '../../gateway/src/money/estimate-usage.ts'
import { deepseekProtocol } from '../../gateway/src/provider/deepseek/protocol.ts'
import { type AskedProvider, askProvider, successOf } from '../support/ask-provider.ts'

const CHAT = '/v1/chat/completions'
const TEXT = 'What is a sheepfold, and who built the first one? 양 우리란 무엇인가요?'
const BODY = { model: 'deepseek-v4-pro', messages: [{ role: 'user', content: TEXT }] }
const STREAM = { ...BODY, stream: true, stream_options: { include_usage: true } }

let double: SimulatorServer
let deepseek: AskedProvider

beforeAll(async () => {
  // Each call waits, so that each answer has signs of life before it.
  double = await startSimulator({ defaults: { firstByteMs: 30, keepAliveMs: 10 } })
  deepseek = askProvider(deepseekProtocol, { provider: 'deepseek', baseUrl: double.url })
})

afterEach(() => double.simulator.setFaults([]))

afterAll(async () => {
  deepseek[Symbol.dispose]()
  await double.close()
})

const strike = (kind: FaultKind): void => double.simulator.setFaults([{ kind, nth: 1 }])

describe('an answer of DeepSeek', () => {
  it('is the one that the request deserves, with its usage, behind empty lines', async () => {
    const { answer, reply } = successOf(await deepseek.ask(CHAT, BODY))
    expect(answer.text).toBe(double.simulator.expectedAnswer(BODY, '/chat/completions'))
    expect(answer.usage).toMatchObject({ cachedTokens: 0, reasoningTokens: 12 })
    expect(String(reply.body)).toMatch(/^\n+\{/)
  })

  it('has its tokens counted as the provider counts them, thoughts included, where it does not tell', async () => {
    const told = successOf(await deepseek.ask(CHAT, BODY)).answer.usage
    strike('no_usage')
    const { answer, reply } = successOf(await deepseek.ask(CHAT, BODY))
    expect(answer.usage).toBeUndefined()
    const request = Buffer.from(JSON.stringify(BODY))
    const counted = estimateUsage(
      deepseekProtocol.billedText({ endpoint: CHAT, request, answer: reply.body }),
    )
    expect(Math.abs(counted.promptTokens - (told?.promptTokens ?? 0))).toBeLessThanOrEqual(12)
    expect(counted.completionTokens).toBe(told?.completionTokens)
  })

  it.each([
    ['truncated_json', 'bad_answer'],
    ['invalid_json', 'bad_answer'],
    ['invalid_utf8', 'bad_answer'],
    ['wrong_content_type', 'bad_answer'],
    // The lines that came while it waited are all that came.
    ['empty_body', 'throttled'],
    ['closed_while_waiting', 'throttled'],
    ['out_of_resources', 'overloaded'],
    ['huge_answer', 'too_large_answer'],
    ['bad_gateway', 'server_error'],
    ['server_error', 'server_error'],
    ['unavailable', 'overloaded'],
    ['overloaded', 'overloaded'],
    ['gateway_timeout', 'server_error'],
    ['permission_denied', 'permission'],
    ['spend_limit', 'quota_exhausted'],
    ['rate_limit', 'throttled'],
    ['key_revoked', 'key_refused'],
    ['payment_required', 'quota_exhausted'],
    ['quota_exceeded', 'quota_exhausted'],
    ['reset_before', 'connection'],
    ['reset_mid', 'connection'],
  ] as const)('that meets %s fails as %s', async (kind, expected) => {
    strike(kind)
    expect(await deepseek.ask(CHAT, BODY)).toMatchObject({ kind: 'failure', class: expected })
  })

  it.each([
    [{ ...BODY, model: 'deepseek-v9' }, 'model_missing'],
    [{ ...BODY, temperature: 9 }, 'bad_request'],
    [{ ...BODY, thinking: 'hard' }, 'bad_request'],
  ])('to a request that is wrong says so', async (body, expected) => {
    expect(await deepseek.ask(CHAT, body)).toMatchObject({ kind: 'failure', class: expected })
  })
})

describe('a stream of DeepSeek', () => {
  it('passes as it comes, and is read on its way', async () => {
    const { reading, passed } = await deepseek.stream(CHAT, STREAM)
    expect(reading.failure()).toBeUndefined()
    expect(reading.isWhole).toBe(true)
    expect(passed).toMatch(/^(: keep-alive\n\n)+data: /)
    expect(reading.text()).toContain(double.simulator.expectedAnswer(BODY, '/chat/completions'))
    const { answer } = successOf(await deepseek.ask(CHAT, BODY))
    expect(reading.usage()).toEqual(answer.usage)
  })

  it.each([
    ['stream_error', 'server_error', false],
    ['stream_unfinished', undefined, false],
    ['stream_cut', 'bad_answer', false],
    ['stream_reset', 'bad_answer', true],
    ['closed_while_waiting', 'bad_answer', false],
    ['out_of_resources', 'overloaded', false],
  ] as const)('that meets %s fails as %s', async (kind, expected, isCut) => {
    strike(kind)
    const { reading, isBroken } = await deepseek.stream(CHAT, STREAM)
    // Without its last event a stream is whole all the same where the model has said why it stopped.
    expect(reading.failure()?.class).toBe(expected)
    expect(isBroken).toBe(isCut)
  })

  it('may be split anywhere', async () => {
    const { passed } = await deepseek.stream(CHAT, STREAM)
    strike('stream_split')
    const split = await deepseek.stream(CHAT, STREAM)
    expect(split.reading.failure()).toBeUndefined()
    expect(withoutIds(split.passed)).toBe(withoutIds(passed))
  })
})

const withoutIds = (stream: string): string => stream.replace(/"(id|created)":("[^"]*"|\d+)/g, '')
