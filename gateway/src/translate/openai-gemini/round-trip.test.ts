import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../json.ts'
import { present } from '../reading/present.ts'
import { toGeminiAnswer } from './to-gemini/answer.ts'
import { toGeminiRequest } from './to-gemini/request.ts'
import { toChatCompletion } from './to-openai/answer.ts'
import { toOpenaiRequest } from './to-openai/request.ts'

const MODEL = 'gemini-2.5-flash'

const text = fc.string({
  unit: fc.constantFrom('양', ' 우리', 'a', '"', '\n', '🐑'),
  minLength: 1,
  maxLength: 8,
})
const args = fc
  .dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null)))
  .map((each) => JSON.stringify(each))
const names = fc.constantFrom('weather', 'now', 'search')

const part: fc.Arbitrary<JsonObject> = fc.oneof(
  text.map((each) => ({ type: 'text', text: each })),
  fc.constant({ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }),
  fc.constant({ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }),
  fc.constant({ type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=' } }),
)

const user = fc
  .oneof(text, fc.array(part, { minLength: 2, maxLength: 4 }))
  .map((content): JsonObject => ({ role: 'user', content }))

const calls = fc.array(fc.record({ name: names, arguments: args }), { minLength: 1, maxLength: 3 })

/** A turn of the model's, with the results of what it called. */
const model = fc
  .record({ content: fc.option(text), called: fc.option(calls), result: fc.oneof(text, args) })
  .map(({ content, called, result }): readonly JsonObject[] => {
    if (!called) return [{ role: 'assistant', content: content ?? '네' }]
    const tool_calls = called.map((each, at) => ({ id: `id_${at}`, type: 'function', function: each }))
    return [
      { role: 'assistant', content, tool_calls },
      ...tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: result })),
    ]
  })

const messages = fc
  .record({
    system: fc.option(text),
    turns: fc.array(fc.tuple(user, model), { minLength: 1, maxLength: 3 }),
    last: user,
  })
  .map(({ system, turns, last }): readonly JsonObject[] => [
    ...(system === null ? [] : [{ role: 'system', content: system }]),
    ...turns.flatMap(([asked, answered]) => [asked, ...answered]),
    last,
  ])

const named = (name: string): JsonObject => ({ type: 'function', function: { name } })

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined })

const schema = { title: 'answer', type: 'object', properties: { 이름: { type: 'string' } } }

/** What both formats have words for. */
const requests: fc.Arbitrary<JsonObject> = fc
  .record({
    model: fc.constant(MODEL),
    messages,
    max_completion_tokens: maybe(fc.integer({ min: 1, max: 9_000 })),
    temperature: maybe(fc.double({ min: 0, max: 2, noNaN: true })),
    top_p: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    stop: maybe(fc.array(text, { minLength: 1, maxLength: 4 })),
    n: maybe(fc.integer({ min: 1, max: 4 })),
    seed: maybe(fc.nat()),
    presence_penalty: maybe(fc.double({ min: -2, max: 2, noNaN: true })),
    frequency_penalty: maybe(fc.double({ min: -2, max: 2, noNaN: true })),
    logprobs: maybe(fc.boolean()),
    top_logprobs: maybe(fc.nat(20)),
    response_format: maybe(
      fc.constantFrom<JsonObject>(
        { type: 'json_object' },
        { type: 'json_schema', json_schema: { name: 'answer', schema } },
      ),
    ),
    reasoning_effort: maybe(fc.constantFrom('low', 'medium', 'high')),
    tools: maybe(
      fc.array(
        names.map((name) => ({
          type: 'function',
          function: { name, description: '도구', parameters: schema },
        })),
        { minLength: 1, maxLength: 2 },
      ),
    ),
    tool_choice: maybe(
      fc.constantFrom<unknown>(
        'auto',
        'none',
        'required',
        named('now'),
        ...['auto', 'required'].map((mode) => ({
          type: 'allowed_tools',
          allowed_tools: { mode, tools: [named('now'), named('search')] },
        })),
      ),
    ),
    service_tier: maybe(fc.constantFrom('default', 'flex', 'priority')),
  })
  .map(present)

describe('what goes to Gemini and back', () => {
  it('is the same request, and nothing was lost', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const there = toGeminiRequest(request, { model: MODEL, media: new Map() })
        if (there.kind === 'untranslatable') throw new Error(there.message)
        const back = toOpenaiRequest(there.request, { model: MODEL })
        expect(back).toEqual({ kind: 'translated', request, losses: [] })
        expect(there.losses).toEqual([])
      }),
    )
  })

  it('is the same answer', () => {
    const toolCall = fc
      .record({ id: fc.uuid(), name: names, arguments: args })
      .map(({ id, ...called }) => ({ id, type: 'function', function: called }))
    const token = text.map((each) => ({ token: each, logprob: -0.5, bytes: [...Buffer.from(each)] }))
    const message = fc
      .record({
        role: fc.constant('assistant'),
        content: fc.option(text),
        refusal: fc.constant(null),
        reasoning_content: maybe(text),
        tool_calls: maybe(fc.uniqueArray(toolCall, { minLength: 1, maxLength: 3, selector: ({ id }) => id })),
      })
      .map(present)
    const choice = fc
      .record({
        message,
        logprobs: fc.option(
          fc
            .array(token.map((each) => ({ ...each, top_logprobs: [each] })))
            .map((content) => ({ content, refusal: null })),
        ),
        finish_reason: fc.constantFrom('stop', 'length'),
      })
      .map(
        ({ message, logprobs, finish_reason }): JsonObject => ({
          message,
          logprobs,
          finish_reason: finish_reason === 'stop' && message.tool_calls ? 'tool_calls' : finish_reason,
        }),
      )
    const filtered = text.map((refusal) => ({
      message: { role: 'assistant', content: null, refusal },
      logprobs: null,
      finish_reason: 'content_filter',
    }))
    const answers = fc
      .record({
        choices: fc.array(fc.oneof(choice, filtered), { minLength: 1, maxLength: 3 }),
        prompt: fc.nat(9_000),
        cached: fc.nat(9_000),
        said: fc.nat(9_000),
        thought: fc.nat(9_000),
      })
      .map(
        ({ choices, prompt, cached, said, thought }): JsonObject => ({
          id: 'chatcmpl-abc',
          object: 'chat.completion',
          created: 1_764_200_000,
          model: MODEL,
          choices: choices.map((each, index) => ({ index, ...each })),
          usage: {
            prompt_tokens: prompt + cached,
            completion_tokens: said + thought,
            total_tokens: prompt + cached + said + thought,
            prompt_tokens_details: { cached_tokens: cached },
            completion_tokens_details: { reasoning_tokens: thought },
          },
        }),
      )
    fc.assert(
      fc.property(answers, (answer) => {
        const back = toChatCompletion(toGeminiAnswer(answer), { now: 1_764_200_000_000, asked: {} })
        expect(back).toEqual(answer)
      }),
    )
  })
})
