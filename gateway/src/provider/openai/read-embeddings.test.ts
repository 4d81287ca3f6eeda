import { describe, expect, it } from 'vitest'
import { openai } from './interpret.fixture.ts'

const { answerOf, failureOf } = openai('/v1/embeddings')

const embeddings = (more: object = {}, vectors: unknown[] = [[0.5, -1]]): object => ({
  object: 'list',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: 8, total_tokens: 8 },
  ...more,
})

const noOutput = { cachedTokens: 0, cacheWriteTokens: 0, completionTokens: 0, reasoningTokens: 0 }

describe('embeddings', () => {
  it('have a model and input tokens, no text and no output', () => {
    expect(answerOf(embeddings())).toEqual({
      text: null,
      finishReason: null,
      model: 'text-embedding-3-small',
      usage: { promptTokens: 8, ...noOutput },
    })
  })

  it.each([
    ['several', [[1], [2], [3]]],
    ['in base64', ['AAAAPwAAgL8=']],
    ['whole numbers', [[1, 0]]],
  ])('may be %s', (_name, vectors) => {
    expect(answerOf(embeddings({}, vectors)).usage?.promptTokens).toBe(8)
  })

  it.each([
    ['none', undefined],
    ['null', null],
    ['only a total', { total_tokens: 8 }],
    ['a total below its part', { prompt_tokens: 8, total_tokens: 7 }],
    ['text', { prompt_tokens: '8' }],
    ['a negative one', { prompt_tokens: -1, total_tokens: 8 }],
  ])('have no usage where it is %s', (_name, usage) => {
    expect(answerOf(embeddings({ usage })).usage).toBeUndefined()
  })

  it('need no total', () => {
    expect(answerOf(embeddings({ usage: { prompt_tokens: 3 } })).usage).toEqual({
      promptTokens: 3,
      ...noOutput,
    })
  })
})

describe('no embeddings', () => {
  it.each([
    ['an empty list', embeddings({ data: [] }), 'no_embeddings'],
    ['no list', embeddings({ data: { 0: [1] } }), 'no_embeddings'],
    ['an answer of another endpoint', { choices: [{ message: { content: 'hi' } }] }, 'no_embeddings'],
    ['an empty vector', embeddings({}, [[1], []]), 'no_embeddings'],
    ['an empty text', embeddings({}, ['']), 'no_embeddings'],
    ['a vector with holes', embeddings({}, [[1, null]]), 'no_embeddings'],
    ['no vector', embeddings({}, [null]), 'no_embeddings'],
    ['an item that is no object', embeddings({ data: [[1, 2]] }), 'no_embeddings'],
    ['an error after all', { error: { code: 'overloaded', message: 'later' } }, 'overloaded'],
  ])('are %s', (_name, body, code) => {
    expect(failureOf(body)).toMatchObject({ class: 'bad_answer', status: 200, code })
  })

  it('say which one is wrong', () => {
    expect(failureOf(embeddings({}, [[1], 7])).message).toContain('data[1]')
  })
})
