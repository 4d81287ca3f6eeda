import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { billedText } from './billed-text.ts'

const billed = (endpoint: string, request: unknown, answer: unknown = {}) =>
  billedText({
    endpoint,
    request: Buffer.from(JSON.stringify(request)),
    answer: Buffer.from(JSON.stringify(answer)),
  })

describe('what tokens are counted of', () => {
  it('is what is said on both sides, and schemas with their names', () => {
    const request = {
      systemInstruction: { parts: [{ text: 'one' }] },
      contents: [
        { role: 'user', parts: [{ text: 'two' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] },
        { role: 'model', parts: [{ functionCall: { id: 'c', name: 'find', args: { city: 'Seoul' } } }] },
        { role: 'user', parts: [{ functionResponse: { id: 'c', name: 'find', response: { sky: 'blue' } } }] },
      ],
      tools: [
        { functionDeclarations: [{ name: 'find', parametersJsonSchema: { properties: { city: {} } } }] },
      ],
      generationConfig: {
        temperature: 1,
        responseMimeType: 'application/json',
        responseJsonSchema: { x: {} },
      },
    }
    const answer = {
      candidates: [
        { content: { role: 'model', parts: [{ text: 'hm', thought: true, thoughtSignature: 'CiQB' }] } },
        { content: { role: 'model', parts: [{ text: 'three' }] }, finishReason: 'STOP' },
      ],
      modelVersion: 'gemini-2.5-flash',
    }
    const { input, inputTokens, output } = billed('generateContent', request, answer)
    expect(input.slice(0, 8)).toEqual(['one', 'two', 'find', 'city', 'Seoul', 'find', 'sky', 'blue'])
    expect(input.slice(8)).toEqual(expect.arrayContaining(['functionDeclarations', 'properties', 'x']))
    expect(input.join(' ')).not.toMatch(/AAAA|application|user|temperature/)
    expect(inputTokens).toBe(0)
    expect(output).toEqual(['hm', 'three'])
  })

  it('in embeddings is the content of each request', () => {
    const embed = (text: string) => ({
      model: 'models/m',
      taskType: 'CLUSTERING',
      content: { parts: [{ text }] },
    })
    const body = { requests: [embed('one'), embed('two')] }
    expect(billed('embedContent', body, { embeddings: [{ values: [1] }, { values: [2] }] })).toEqual({
      input: ['one', 'two'],
      inputTokens: 0,
      output: [],
    })
  })

  it('is found however deep it is nested', () => {
    const depth = 200_000
    const args = `${'['.repeat(depth)}"deep"${']'.repeat(depth)}`
    const answer = `{"candidates":[{"content":{"parts":[{"functionCall":{"args":{"a":${args}}}}]}}]}`
    const found = billedText({
      endpoint: 'generateContent',
      request: Buffer.from('{}'),
      answer: Buffer.from(answer),
    })
    expect(found.output).toEqual(['a', 'deep'])
  })
})

it('whatever was sent and came, something is counted', () => {
  const field = fc.constantFrom(
    'contents',
    'requests',
    'content',
    'parts',
    'text',
    'functionCall',
    'candidates',
  )
  const nested = fc.letrec<{ value: unknown; list: unknown[]; holder: Record<string, unknown> }>((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), tie('list'), tie('holder')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    holder: fc.dictionary(field, tie('value'), { maxKeys: 4 }),
  }))
  const body = fc.oneof(
    fc.uint8Array().map((each) => Buffer.from(each)),
    nested.holder.map((each) => Buffer.from(JSON.stringify(each))),
  )
  fc.assert(
    fc.property(body, body, (request, answer) => {
      const { input, output } = billedText({ endpoint: 'generateContent', request, answer })
      for (const text of [...input, ...output]) expect(typeof text).toBe('string')
    }),
  )
})
