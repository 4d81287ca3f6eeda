import { describe, expect, it } from 'vitest'
import { openai } from './interpret.fixture.ts'

const { answerOf, failureOf } = openai('/v1/completions')

const completion = (more: object = {}, choice: object = {}): object => ({
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: 'gpt-3.5-turbo-instruct',
  choices: [{ text: '\n\n안녕', index: 0, logprobs: null, finish_reason: 'stop', ...choice }],
  usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
  ...more,
})

describe('a text completion', () => {
  it('gives text, reason, model and tokens', () => {
    expect(answerOf(completion())).toEqual({
      text: '\n\n안녕',
      finishReason: 'stop',
      model: 'gpt-3.5-turbo-instruct',
      usage: {
        promptTokens: 5,
        cachedTokens: 0,
        cacheWriteTokens: 0,
        completionTokens: 7,
        reasoningTokens: 0,
      },
    })
  })

  it('may be empty where it was cut off, filtered, or billed', () => {
    const silent = (reason: string) =>
      answerOf(completion({ usage: null }, { text: '', finish_reason: reason }))
    expect(silent('length').text).toBe('')
    expect(silent('content_filter').text).toBe('')
    expect(answerOf(completion({}, { text: '' })).text).toBe('')
  })

  it.each([
    ['none', undefined],
    ['half', { prompt_tokens: 3 }],
    [
      'a part above its whole',
      {
        prompt_tokens: 3,
        completion_tokens: 1,
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    ],
  ])('has no usage where it sends %s', (_name, usage) => {
    expect(answerOf(completion({ usage })).usage).toBeUndefined()
  })
})

it.each([
  ['no choices', completion({ choices: [] }), 'no_choices'],
  ['choices that are no list', completion({ choices: 'text' }), 'no_choices'],
  ['a message instead of a text', { choices: [{ message: { content: 'hi' } }] }, 'no_choices'],
  ['a text that is null', completion({}, { text: null }), 'no_choices'],
  ['silence', completion({ usage: null }, { text: '' }), 'empty_answer'],
  ['an error after all', { error: { message: 'upstream', code: 502 } }, '502'],
])('%s is no text completion', (_name, body, code) => {
  expect(failureOf(body)).toMatchObject({ class: 'bad_answer', status: 200, code })
})
