import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../json.ts'
import { translationFor } from '../registry.ts'
import type { RequestContext, Translated, Untranslatable } from '../translation.ts'
import { reasoningRequests, sampledRequests } from './requests.fixture.ts'

const contextOf = (provider: RequestContext['provider'], model: string): RequestContext => ({
  provider,
  model,
  outputTokensDefault: 4_096,
  media: new Map(),
  isStream: false,
  headers: {},
})

const CLAUDE = contextOf('anthropic', 'claude-opus-4-6')
const GPT = contextOf('openai', 'gpt-4.1')
const REASONING_GPT = contextOf('openai', 'gpt-5.1')

const translate = (endpoint: string, request: JsonObject, context: RequestContext) => {
  const translation = translationFor(endpoint, context.provider)
  if (!translation) throw new Error(`no translation of ${endpoint} for ${context.provider}`)
  return translation.request(request, context)
}

const toClaude = (request: JsonObject, context = CLAUDE) =>
  translate('/v1/chat/completions', request, context)
const toGpt = (request: JsonObject, context: RequestContext) => translate('/v1/messages', request, context)

const whole = (outcome: Translated | Untranslatable): JsonObject => {
  if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
  expect(outcome.losses).toEqual([])
  return outcome.request
}

describe('a request for which both formats have words', () => {
  it.each([
    ['sampled', sampledRequests, GPT],
    ['reasoning', reasoningRequests, REASONING_GPT],
  ] as const)('comes back from Anthropic as it was: %s', (_, requests, context) => {
    fc.assert(
      fc.property(requests, (request) => {
        const { model: _model, ...back } = whole(toGpt(whole(toClaude(request)), context))
        expect(back).toEqual(request)
      }),
    )
  })

  it.each([
    ['sampled', sampledRequests, GPT],
    ['reasoning', reasoningRequests, REASONING_GPT],
  ] as const)('comes back from OpenAI as it was: %s', (_, requests, context) => {
    fc.assert(
      fc.property(requests, (request) => {
        const message = whole(toClaude(request))
        expect(whole(toClaude(whole(toGpt(message, context))))).toEqual(message)
      }),
    )
  })
})

describe('a field that nobody knows', () => {
  const name = fc.stringMatching(/^x_[a-z]{1,8}$/)
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant({ a: 1 }), fc.constant([1]))

  const isReported = (outcome: Translated | Untranslatable, field: string): boolean =>
    outcome.kind === 'translated' &&
    outcome.losses.some((loss) => loss.field.endsWith(field) && loss.action === 'dropped') &&
    !JSON.stringify(outcome.request).includes(`"${field}"`)

  it('is dropped and reported wherever it stands in a chat completion', () => {
    fc.assert(
      fc.property(sampledRequests, name, value, fc.nat(), (request, field, extra, at) => {
        expect(isReported(toClaude(withMember(request, field, extra, at)), field)).toBe(true)
      }),
    )
  })

  it('is dropped and reported wherever it stands in a message', () => {
    fc.assert(
      fc.property(sampledRequests, name, value, fc.nat(), (request, field, extra, at) => {
        const message = withMember(whole(toClaude(request)), field, extra, at)
        expect(isReported(toGpt(message, GPT), field)).toBe(true)
      }),
    )
  })
})

describe('whatever a client sends', () => {
  const providers = [
    GPT,
    REASONING_GPT,
    contextOf('deepseek', 'deepseek-flash'),
    contextOf('compatible', 'x'),
  ]
  const claudes = ['claude-3-5-haiku', 'claude-haiku-4-5', 'claude-opus-5-5', 'x'].map((model) =>
    contextOf('anthropic', model),
  )
  const requests = fc.oneof(
    fc.dictionary(fc.constantFrom('messages', 'system', 'tools', 'stop', 'x'), fc.jsonValue()),
    fc
      .tuple(fc.oneof(sampledRequests, reasoningRequests), fc.nat(), fc.jsonValue())
      .map(([request, at, json]) => withValue(request, at, json)),
  )

  it('is translated or refused with the name of a field, and never thrown at', () => {
    fc.assert(
      fc.property(requests, (request) => {
        for (const context of claudes) expectOutcome(toClaude(request, context))
        const message = toClaude(request)
        for (const context of providers) {
          expectOutcome(toGpt(request, context))
          if (message.kind === 'translated') expectOutcome(toGpt(message.request, context))
        }
      }),
      { numRuns: 300 },
    )
  })

  const expectOutcome = (outcome: Translated | Untranslatable): void => {
    if (outcome.kind === 'untranslatable') expect(outcome.message).toContain(outcome.field)
    else expect(() => JSON.stringify(outcome.request)).not.toThrow()
  }
})

/** The objects of a request that our formats define: not a schema, the input of a tool, or arguments. */
const OPEN: ReadonlySet<string> = new Set(['parameters', 'input_schema', 'schema', 'input', 'metadata'])

const placesIn = (value: unknown, path: readonly string[]): readonly (readonly string[])[] => {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) ? [] : [path]
  const within = Object.entries(value).flatMap(([name, each]) =>
    OPEN.has(name) ? [] : placesIn(each, [...path, name]),
  )
  return [...own, ...within]
}

const withMember = (request: JsonObject, name: string, value: unknown, at: number): JsonObject => {
  const places = placesIn(request, [])
  return changed(request, places[at % places.length] ?? [], (object) => ({ ...object, [name]: value }))
}

/** With any value in the place of another. */
const withValue = (request: JsonObject, at: number, value: unknown): JsonObject => {
  const places = placesIn(request, [])
  return changed(request, places[at % places.length] ?? [], (object) => {
    const names = Object.keys(object)
    const name = names[at % names.length]
    return name === undefined ? object : { ...object, [name]: value }
  })
}

const changed = (
  value: JsonObject,
  [name, ...path]: readonly string[],
  change: (object: JsonObject) => JsonObject,
): JsonObject => {
  if (name === undefined) return change(value)
  const within = value[name]
  if (Array.isArray(within))
    return { ...value, [name]: within.map((each, at) => changedAt(each, at, path, change)) }
  return isObject(within) ? { ...value, [name]: changed(within, path, change) } : value
}

const changedAt = (
  value: unknown,
  at: number,
  [position, ...path]: readonly string[],
  change: (object: JsonObject) => JsonObject,
): unknown => (isObject(value) && position === String(at) ? changed(value, path, change) : value)
