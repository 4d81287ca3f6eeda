import { describe, expect, it } from 'vitest'
import { reading } from '../answers/interpret.fixture.ts'
import { interpret } from './interpret.ts'

const { answerOf, failureOf } = reading((outcome) => interpret(outcome, 'embedContent'))

describe('embeddings', () => {
  it('have no text and no model, and mostly no usage', () => {
    expect(answerOf({ embeddings: [{ values: [0.5, -1] }, { values: [1, 0] }] })).toEqual({
      text: null,
      finishReason: null,
      model: null,
      usage: undefined,
    })
  })

  it('have the usage that is told', () => {
    const told = { embeddings: [{ values: [1] }], usageMetadata: { promptTokenCount: 8 } }
    expect(answerOf(told).usage).toMatchObject({ promptTokens: 8, completionTokens: 0 })
  })
})

it.each([
  ['an empty list', { embeddings: [] }, 'no_embeddings'],
  ['no list', { embeddings: { values: [1] } }, 'no_embeddings'],
  ['the answer for one', { embedding: { values: [1] } }, 'no_embeddings'],
  ['an empty vector', { embeddings: [{ values: [] }] }, 'no_embeddings'],
  ['no vector', { embeddings: [{ values: [1] }, null] }, 'no_embeddings'],
  ['a vector with holes', { embeddings: [{ values: [1, null] }] }, 'no_embeddings'],
  ['an error after all', { error: { status: 'INTERNAL', message: 'later' } }, 'INTERNAL'],
])('%s is no answer', (_name, body, code) => {
  expect(failureOf(body)).toMatchObject({ class: 'bad_answer', status: 200, code })
})

it('says which vector is wrong', () => {
  expect(failureOf({ embeddings: [{ values: [1] }, {}] }).message).toContain('embeddings[1]')
})
