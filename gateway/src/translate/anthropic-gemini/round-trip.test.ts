import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../json.ts'
import { present } from '../reading/present.ts'
import { toMessage } from './to-anthropic/answer.ts'
import { toAnthropicRequest } from './to-anthropic/request.ts'
import { toGeminiAnswer } from './to-gemini/answer.ts'
import { toGeminiRequest } from './to-gemini/request.ts'

const GEMINI = 'gemini-2.5-flash'
/** One that takes a temperature. */
const ANTHROPIC = 'claude-sonnet-4-5'

const text = fc.string({
  unit: fc.constantFrom('양', ' 우리', 'a', '"', '\n', '🐑'),
  minLength: 1,
  maxLength: 8,
})
const input = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null)))
const names = fc.constantFrom('weather', 'now', 'search')

const base64 = (media_type: string, data: string) => ({ type: 'base64', media_type, data })

const block: fc.Arbitrary<JsonObject> = fc.oneof(
  text.map((each) => ({ type: 'text', text: each })),
  fc.constant({ type: 'image', source: base64('image/png', 'iVBORw0KGgo=') }),
  fc.constant({ type: 'document', source: base64('application/pdf', 'JVBERi0=') }),
)

const said = fc.oneof(text, fc.array(block, { minLength: 2, maxLength: 4 }))

const uses = fc.array(fc.record({ name: names, input }), { minLength: 1, maxLength: 3 })

const result = fc.oneof(
  text.map((content) => ({ content })),
  input
    .map((each) => ({ content: JSON.stringify(each) }))
    .filter(({ content }) => !/"(error|output)"/.test(content)),
  text.map((content) => ({ content, is_error: true })),
)

/** A turn of the model's, and what the user says to it, results of tools first. */
const exchange = fc
  .record({ words: text, used: fc.option(uses), result, next: said })
  .map(({ words, used, result, next }): readonly JsonObject[] => {
    if (!used) {
      return [
        { role: 'assistant', content: words },
        { role: 'user', content: next },
      ]
    }
    const blocks = used.map((each, at) => ({ type: 'tool_use', id: `id_${at}`, ...each }))
    const results = blocks.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, ...result }))
    const rest = typeof next === 'string' ? [{ type: 'text', text: next }] : next
    return [
      { role: 'assistant', content: [{ type: 'text', text: words }, ...blocks] },
      { role: 'user', content: [...results, ...rest] },
    ]
  })

const messages = fc
  .tuple(said, fc.array(exchange, { maxLength: 3 }))
  .map(([first, exchanges]): readonly JsonObject[] => [{ role: 'user', content: first }, ...exchanges.flat()])

const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined })

const schema = { type: 'object', properties: { 이름: { type: 'string' } } }

/** What both formats have words for. */
const requests: fc.Arbitrary<JsonObject> = fc
  .record({
    model: fc.constant(ANTHROPIC),
    max_tokens: fc.integer({ min: 1, max: 9_000 }),
    system: maybe(text),
    messages,
    temperature: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    top_p: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    top_k: maybe(fc.nat(100)),
    stop_sequences: maybe(fc.array(text, { minLength: 1, maxLength: 5 })),
    thinking: maybe(
      fc.constantFrom<JsonObject>(
        { type: 'enabled', budget_tokens: 2_000 },
        { type: 'enabled', budget_tokens: 4_096, display: 'omitted' },
      ),
    ),
    output_config: maybe(fc.constant({ format: { type: 'json_schema', schema } })),
    tools: maybe(
      fc.array(
        names.map((name) => ({ name, description: '도구', input_schema: schema })),
        { minLength: 1, maxLength: 2 },
      ),
    ),
    tool_choice: maybe(
      fc.constantFrom<JsonObject>(
        { type: 'auto' },
        { type: 'any' },
        { type: 'none' },
        { type: 'tool', name: 'now' },
      ),
    ),
    service_tier: maybe(fc.constant('standard_only')),
  })
  .map(present)

describe('what goes to Gemini and back', () => {
  it('is the same request, and nothing was lost', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const there = toGeminiRequest(request, { model: GEMINI, media: new Map() })
        if (there.kind === 'untranslatable') throw new Error(there.message)
        const back = toAnthropicRequest(there.request, {
          model: ANTHROPIC,
          outputTokensDefault: 4_096,
          headers: {},
        })
        expect(back).toEqual({ kind: 'translated', request, losses: [] })
        expect(there.losses).toEqual([])
      }),
    )
  })

  it('thinks as much', () => {
    for (const effort of ['low', 'medium', 'high']) {
      const request = { max_tokens: 9, messages: [], output_config: { effort } }
      const there = toGeminiRequest(request, { model: 'gemini-3.5-flash', media: new Map() })
      if (there.kind === 'untranslatable') throw new Error(there.message)
      const context = { model: ANTHROPIC, outputTokensDefault: 4_096, headers: {} }
      expect(toAnthropicRequest(there.request, context)).toMatchObject({
        request: { output_config: { effort } },
        losses: [],
      })
    }
  })

  it('is the same answer', () => {
    const words = fc.oneof(
      text.map((each): JsonObject => ({ type: 'text', text: each, citations: null })),
      text.map((each): JsonObject => ({ type: 'thinking', thinking: each, signature: '' })),
    )
    const use = fc
      .record({ id: fc.uuid(), name: names, input })
      .map((each): JsonObject => ({ type: 'tool_use', ...each, caller: { type: 'direct' } }))
    // Blocks of one kind that follow each other would be one.
    const content = fc.record({
      words: fc.option(words),
      uses: fc.array(use, { maxLength: 3 }),
      last: fc.option(words),
    })
    const answers = fc
      .record({
        content,
        refusal: fc.option(text),
        isCut: fc.boolean(),
        input: fc.nat(),
        cached: fc.nat(),
        said: fc.nat(),
        thought: fc.nat(),
      })
      .filter(({ content }) => content.uses.length > 0 || content.last === null)
      .map(
        ({ content, refusal, isCut, input, cached, said, thought }): JsonObject => ({
          id: 'msg_abc',
          type: 'message',
          role: 'assistant',
          model: GEMINI,
          content: [content.words, ...content.uses, content.last].filter((each) => each !== null),
          stop_reason:
            refusal !== null
              ? 'refusal'
              : isCut
                ? 'max_tokens'
                : content.uses.length > 0
                  ? 'tool_use'
                  : 'end_turn',
          stop_sequence: null,
          stop_details: refusal === null ? null : { type: 'refusal', category: null, explanation: refusal },
          container: null,
          diagnostics: null,
          usage: {
            input_tokens: input,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: cached,
            cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
            output_tokens: said + thought,
            output_tokens_details: { thinking_tokens: thought },
            server_tool_use: null,
            service_tier: 'standard',
            speed: null,
            inference_geo: null,
          },
        }),
      )
    fc.assert(
      fc.property(answers, (answer) => {
        expect(toMessage(toGeminiAnswer(answer), { now: 0, asked: {} })).toEqual(answer)
      }),
    )
  })
})
