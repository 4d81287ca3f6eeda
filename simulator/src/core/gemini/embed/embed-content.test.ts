import { describe, expect, it } from 'vitest'
import { answerFaultKinds } from '../../options.ts'
import { countTokens } from '../../tokens.ts'
import { pathOf, setUp as setUpAt } from '../gemini.fixture.ts'

const model = 'gemini-embedding-001'
const setUp = (options: object = {}, method = 'batchEmbedContents') => setUpAt(options, method, model)
const embed = (text: string, more: object = {}) => ({
  model: `models/${model}`,
  content: { parts: [{ text }] },
  ...more,
})

describe('embeddings', () => {
  it('are a vector for each content, and what the contents cost', () => {
    const { call, simulator } = setUp()
    const body = {
      requests: [embed('one 양'), embed('two', { taskType: 'CLUSTERING', outputDimensionality: 8 })],
    }
    const { status, json } = call(body)
    const tokens = countTokens('one 양') + countTokens('two')
    const vectors: number[][] = json.embeddings.map(({ values }: { values: number[] }) => values)
    expect(status).toBe(200)
    expect(vectors).toEqual(JSON.parse(simulator.expectedAnswer(body, pathOf('batchEmbedContents', model))))
    expect(vectors.map((vector) => vector.length)).toEqual([3_072, 8])
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
    expect(json.usageMetadata).toMatchObject({ promptTokenCount: tokens })
  })

  it('of one content are the same vector', () => {
    const one = setUp({}, 'embedContent').call({ content: { parts: [{ text: 'hi' }] } }).json
    const [first] = setUp().call({ requests: [embed('hi')] }).json.embeddings
    expect(one.embedding).toEqual(first)
  })

  it.each(Object.keys(answerFaultKinds) as (keyof typeof answerFaultKinds)[])('meet %s as well', (kind) => {
    const { receive } = setUp({ faults: [{ kind, bytes: 10 }] })
    const reaction = receive({ requests: [embed('hi', { outputDimensionality: 2 })] })
    expect(reaction.outcome).toBe(kind)
    if (kind === 'no_usage')
      expect(JSON.parse(String(reaction.body))).toEqual({ embeddings: expect.anything() })
    if (kind === 'huge_answer') {
      const { at = 0 } = reaction.filler ?? {}
      const text = String(reaction.body)
      const whole = JSON.parse(`${text.slice(0, at)}xx${text.slice(at)}`)
      expect(whole.usageMetadata.promptTokensDetails[0].modality).toBe('xxTEXT')
    }
  })
})

it.each([
  ['no requests', {}, 'requests is not specified'],
  ['a hundred and one', { requests: Array.from({ length: 101 }, () => embed('a')) }, 'at most 100 requests'],
  [
    'no model',
    { requests: [{ content: { parts: [{ text: 'a' }] } }] },
    'requests[0].model: model is not specified',
  ],
  ['another model', { requests: [embed('a', { model: 'models/other' })] }, 'does not match model'],
  ['no content', { requests: [embed('a', { content: {} })] }, 'must not be empty'],
  [
    'no dimensions',
    { requests: [embed('a', { outputDimensionality: 0 })] },
    'must be in the range [1, 3072]',
  ],
  ['a task of no kind', { requests: [embed('a', { taskType: 'POETRY' })] }, 'v1beta.TaskType), "POETRY"'],
  [
    'a longer text than fits',
    { requests: [embed('word '.repeat(2_100))] },
    'exceeds the maximum number of tokens',
  ],
])('refused are %s', (_name, body, message) => {
  expect(setUp().call(body).json.error).toMatchObject({
    code: 400,
    status: 'INVALID_ARGUMENT',
    message: expect.stringContaining(message),
  })
})

it('no model that generates embeds', () => {
  const body = { requests: [embed('a', { model: 'models/gemini-2.5-flash' })] }
  const { status, json } = setUpAt({}, 'batchEmbedContents').call(body)
  expect([status, json.error.status]).toEqual([404, 'NOT_FOUND'])
})
