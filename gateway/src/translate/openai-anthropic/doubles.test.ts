import { createSimulator } from '@sheepfold/simulator'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../json.ts'
import type { RequestContext } from '../translation.ts'
import { anthropicToOpenai } from './anthropic-to-openai.ts'
import { openaiToAnthropic } from './openai-to-anthropic.ts'
import { reasoningRequests, sampledRequests } from './requests.fixture.ts'

/** The providers' doubles refuse what the providers refuse: fields that they do not know, and turns in disorder. */

const simulator = createSimulator({ clock: { now: () => 1_795_478_400_000 }, anyModel: true, tapeRowsMax: 0 })

const asked = (path: string, headers: Readonly<Record<string, string>>, body: unknown): JsonObject => {
  const bytes = Buffer.from(JSON.stringify(body))
  const reaction = simulator.receive({ method: 'POST', path, headers, body: bytes })
  simulator.finished(reaction, 'sent')
  return { status: reaction.status, ...JSON.parse(reaction.body.toString()) }
}

const askClaude = (body: unknown): JsonObject =>
  asked('/v1/messages', { 'x-api-key': 'sk-1', 'anthropic-version': '2023-06-01' }, body)

const askGpt = (body: unknown): JsonObject =>
  asked('/v1/chat/completions', { authorization: 'Bearer sk-1' }, body)

const contextOf = (provider: RequestContext['provider'], model: string): RequestContext => ({
  provider,
  model,
  outputTokensDefault: 4_096,
  media: new Map(),
  isStream: false,
  headers: {},
})

const sent = (outcome: ReturnType<typeof openaiToAnthropic.request>): JsonObject => {
  if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
  return outcome.request
}

const CONTEXT = { now: 1_795_478_400_000, asked: {} }

describe('a request that was translated', () => {
  it.each([
    ['claude-opus-4-6', sampledRequests],
    ['claude-opus-5-5', reasoningRequests],
    ['claude-haiku-4-5', reasoningRequests],
  ] as const)('is answered by %s of Anthropic', (model, requests) => {
    fc.assert(
      fc.property(requests.filter(isSound), (request) => {
        const message = sent(openaiToAnthropic.request(request, contextOf('anthropic', model)))
        const answer = askClaude(message)
        expect(answer).toMatchObject({ status: 200 })
        expect(openaiToAnthropic.answer(answer, CONTEXT).object).toBe('chat.completion')
      }),
    )
  })

  it.each([
    ['gpt-4.1', sampledRequests],
    ['gpt-5.1', reasoningRequests],
  ] as const)('is answered by %s of OpenAI', (model, requests) => {
    fc.assert(
      fc.property(requests.filter(isSound), (request) => {
        const message = sent(openaiToAnthropic.request(request, contextOf('anthropic', 'claude-opus-4-6')))
        const answer = askGpt(sent(anthropicToOpenai.request(message, contextOf('openai', model))))
        expect(answer).toMatchObject({ status: 200 })
        expect(anthropicToOpenai.answer(answer, CONTEXT).type).toBe('message')
      }),
    )
  })
})

/** The doubles look for the tool that must be called, and for a limit that leaves room to think. */
const isSound = (request: JsonObject): boolean => {
  const { tools, tool_choice: choice } = request
  const names = Array.isArray(tools) ? tools.map((tool) => tool.function.name) : []
  const isNamed = typeof choice === 'object' && choice !== null && 'function' in choice
  const named = isNamed ? (choice.function as JsonObject).name : names[0]
  return new Set(names).size === names.length && (names.length === 0 || names.includes(named))
}
