import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { toEmbeddings } from './answer.ts'
import { toEmbedRequest } from './request.ts'

const CONTEXT = { model: 'gemini-embedding-001' }

const sentOf = (request: JsonObject): unknown => {
  const outcome = toEmbedRequest(request, CONTEXT)
  return outcome.kind === 'translated' ? outcome.request : outcome.message
}

const part = (text: string, more: JsonObject = {}) => ({
  model: 'models/gemini-embedding-001',
  content: { parts: [{ text }] },
  ...more,
})

describe('a request for embeddings', () => {
  it('has one inner request for each text', () => {
    expect(sentOf({ model: 'm', input: '양 우리' })).toEqual({ requests: [part('양 우리')] })
    expect(sentOf({ model: 'm', input: ['양', '우리'], dimensions: 768, encoding_format: 'base64' })).toEqual(
      {
        requests: [part('양', { outputDimensionality: 768 }), part('우리', { outputDimensionality: 768 })],
      },
    )
  })

  it('tells of what is not sent', () => {
    const outcome = toEmbedRequest({ input: 'x', user: 'u1', task: 'search' }, CONTEXT)
    expect(outcome).toMatchObject({
      losses: [
        { field: 'user', action: 'dropped' },
        { field: 'task', action: 'dropped' },
      ],
    })
  })

  it.each([[[1, 2]], [[[1, 2], [3]]], [['a', [1]]], [[]], [null], [7]])('cannot be made of %j', (input) => {
    expect(toEmbedRequest({ input }, CONTEXT)).toMatchObject({ kind: 'untranslatable', field: 'input' })
  })
})

it('are in no encoding but the two that there are', () => {
  const outcome = toEmbedRequest({ input: 'x', encoding_format: 'hex' }, CONTEXT)
  expect(outcome).toMatchObject({ kind: 'untranslatable', field: 'encoding_format' })
})

describe('the embeddings', () => {
  const answered = (values: readonly number[], encoding_format?: string): JsonObject =>
    toEmbeddings(
      { embeddings: [{ values }], usageMetadata: { promptTokenCount: 3 } },
      { now: 0, asked: { model: 'm', encoding_format } },
    )

  it('come as numbers, in the order of the texts, with the tokens that are told', () => {
    expect(
      toEmbeddings({ embeddings: [{ values: [1] }, { values: [2] }] }, { now: 0, asked: { model: 'm' } }),
    ).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [1] },
        { object: 'embedding', index: 1, embedding: [2] },
      ],
      model: 'm',
      usage: { prompt_tokens: 0, total_tokens: 0 },
    })
    expect(answered([0.5]).usage).toEqual({ prompt_tokens: 3, total_tokens: 3 })
  })

  it('are the same in base64', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true })), (values) => {
        const [first] = answered(values, 'base64').data as readonly { readonly embedding: string }[]
        const bytes = Buffer.from(first?.embedding ?? '', 'base64')
        const back = values.map((_, at) => bytes.readFloatLE(at * 4))
        expect(back).toEqual(values)
        expect(bytes).toHaveLength(values.length * 4)
      }),
    )
  })

  it('are what they are, whatever comes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('embeddings', 'usageMetadata'), fc.jsonValue()), (answer) => {
        expect(toEmbeddings(answer, { now: 0, asked: {} })).toMatchObject({ object: 'list' })
      }),
    )
  })
})
