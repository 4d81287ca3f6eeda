import { describe, expect, it } from 'vitest'
import { answer, reading } from '../answers/interpret.fixture.ts'
import { interpret } from './interpret.ts'

const { answerOf, failureOf } = reading((outcome) => interpret(outcome, 'generateContent'))

const USAGE = {
  promptTokenCount: 22,
  cachedContentTokenCount: 5,
  candidatesTokenCount: 7,
  thoughtsTokenCount: 30,
  toolUsePromptTokenCount: 100,
  totalTokenCount: 159,
}

const content = (candidate: object = {}, more: object = {}): object => ({
  candidates: [
    { content: { role: 'model', parts: [{ text: '안녕\n' }] }, finishReason: 'STOP', ...candidate },
  ],
  usageMetadata: USAGE,
  modelVersion: 'gemini-2.5-flash',
  responseId: '6VFkaIDwEPXVjMcP4',
  ...more,
})

const parts = (...given: object[]) => ({ content: { role: 'model', parts: given } })

describe('an answer', () => {
  it('gives text, reason, model and tokens', () => {
    expect(answerOf(content())).toEqual({
      text: '안녕\n',
      finishReason: 'stop',
      model: 'gemini-2.5-flash',
      usage: {
        promptTokens: 122,
        cachedTokens: 5,
        cacheWriteTokens: 0,
        completionTokens: 37,
        reasoningTokens: 30,
      },
    })
  })

  it.each([
    ['parts', parts({ text: 'a' }, { text: 'b' }), 'ab'],
    ['said behind thoughts', parts({ text: 'hm', thought: true }, { text: 'a' }), 'a'],
    ['a call', parts({ functionCall: { name: 'f', args: {} } }), null],
    ['a picture', parts({ inlineData: { mimeType: 'image/png', data: 'AAAA' } }), null],
    ['nothing, for which tokens were counted', parts(), null],
    ['thoughts alone, for which tokens were counted', parts({ text: 'hm', thought: true }), null],
  ])('may be %s', (_name, candidate, text) => {
    expect(answerOf(content(candidate)).text).toBe(text)
  })

  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['PROHIBITED_CONTENT', 'content_filter'],
    ['IMAGE_SAFETY', 'content_filter'],
    ['MODEL_ARMOR', 'content_filter'],
    ['MALFORMED_FUNCTION_CALL', 'stop'],
    ['MISSING_THOUGHT_SIGNATURE', 'stop'],
    ['LANGUAGE', 'stop'],
    ['MOONLIGHT', 'MOONLIGHT'],
    ['FINISH_REASON_UNSPECIFIED', null],
    [undefined, null],
  ])('that ends with %s ends with %s', (finishReason, expected) => {
    expect(answerOf(content({ finishReason })).finishReason).toBe(expected)
  })

  it('that ends with a call says so, though Gemini does not', () => {
    const call = parts({ text: 'Let me look.' }, { functionCall: { name: 'f', args: {} } })
    expect(answerOf(content(call)).finishReason).toBe('tool_calls')
    expect(answerOf(content({ ...call, finishReason: 'MAX_TOKENS' })).finishReason).toBe('length')
  })

  it('may have no parts where it was cut off while it was thinking', () => {
    const cut = { content: { role: 'model' }, finishReason: 'MAX_TOKENS' }
    expect(answerOf(content(cut))).toMatchObject({ text: null, finishReason: 'length' })
    expect(answerOf(content({ ...cut, content: undefined }, { usageMetadata: undefined }))).toMatchObject({
      finishReason: 'length',
    })
  })

  it.each(['SAFETY', 'RECITATION', 'MALFORMED_FUNCTION_CALL'])(
    'may be empty where %s is why',
    (finishReason) => {
      const empty = content({ content: undefined, finishReason }, { usageMetadata: { promptTokenCount: 3 } })
      expect(answerOf(empty).text).toBeNull()
    },
  )

  it('is one too where the prompt is blocked: it is filtered, and no other try would help', () => {
    const blocked = {
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
      modelVersion: 'gemini-2.5-flash',
    }
    expect(answerOf(blocked)).toEqual({
      text: null,
      finishReason: 'content_filter',
      model: 'gemini-2.5-flash',
      usage: {
        promptTokens: 9,
        cachedTokens: 0,
        cacheWriteTokens: 0,
        completionTokens: 0,
        reasoningTokens: 0,
      },
    })
  })

  it.each([
    ['none', undefined],
    ['null', null],
    ['no prompt', { candidatesTokenCount: 3 }],
    ['a negative count', { promptTokenCount: 3, candidatesTokenCount: -1 }],
    ['fractions', { promptTokenCount: 3.5 }],
    ['text', { promptTokenCount: '3' }],
    ['more than a frame holds', { promptTokenCount: 2 ** 32 }],
    ['a part above its whole', { promptTokenCount: 3, cachedContentTokenCount: 4 }],
  ])('has no usage where it sends %s', (_name, usageMetadata) => {
    expect(answerOf(content({}, { usageMetadata })).usage).toBeUndefined()
  })
})

describe('a 200 that is no answer', () => {
  it.each([
    ['empty', '', 'empty_answer'],
    ['truncated', JSON.stringify(content()).slice(0, 100), 'invalid_json'],
    ['not an object', '[]', 'not_an_object'],
    ['without candidates', JSON.stringify({ usageMetadata: USAGE }), 'no_candidates'],
    ['with a list of none', JSON.stringify(content({}, { candidates: [] })), 'no_candidates'],
    ['feedback that blocks nothing', '{"promptFeedback":{"safetyRatings":[]}}', 'no_candidates'],
    ['silent', JSON.stringify(content(parts({ text: '' }), { usageMetadata: null })), 'empty_answer'],
    ['without parts', JSON.stringify(content({ content: {} }, { usageMetadata: null })), 'empty_answer'],
    ['an error after all', '{"error":{"code":503,"status":"UNAVAILABLE"}}', 'UNAVAILABLE'],
  ])('%s', (_name, body, code) => {
    expect(failureOf(answer(body))).toMatchObject({ class: 'bad_answer', status: 200, code })
  })
})
