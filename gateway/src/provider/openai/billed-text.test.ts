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
  it('in a chat is what is said, on both sides, and schemas with their names', () => {
    const tool = { type: 'function', function: { name: 'find', parameters: { properties: { city: {} } } } }
    const request = {
      model: 'gpt-4.1',
      temperature: 1,
      messages: [
        { role: 'system', content: 'one' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'two' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
      ],
      tools: [tool],
    }
    const answer = {
      id: 'chatcmpl-1',
      model: 'gpt-4.1',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'three', refusal: null }, finish_reason: 'stop' },
        { index: 1, message: { tool_calls: [{ id: 'c', function: { name: 'find', arguments: '{}' } }] } },
      ],
    }
    const { input, inputTokens, output } = billed('/v1/chat/completions', request, answer)
    expect(input.slice(0, 2)).toEqual(['one', 'two'])
    expect(input.join(' ')).toContain('city')
    expect(input.join(' ')).not.toContain('base64')
    expect(inputTokens).toBe(0)
    expect(output).toEqual(['three', 'find', '{}'])
  })

  it.each([
    ['a text', 'one', ['one'], 0],
    ['texts', ['one', 'two'], ['one', 'two'], 0],
    ['tokens', [1, 2, 3], [], 3],
    ['lists of tokens', [[1, 2], [3]], [], 3],
  ])('in embeddings of %s is the input alone', (_name, input, texts, inputTokens) => {
    const answer = { data: [{ object: 'embedding', index: 0, embedding: [1, 2, 3] }], model: 'm' }
    const body = { model: 'text-embedding-3-small', input, encoding_format: 'float', user: 'me' }
    expect(billed('/v1/embeddings', body, answer)).toEqual({ input: texts, inputTokens, output: [] })
  })

  it('in a text completion is prompt, suffix and the choices', () => {
    const request = { model: 'm', prompt: ['one', 'two'], suffix: 'three', user: 'me' }
    const answer = { choices: [{ text: 'four', index: 0, logprobs: null, finish_reason: 'stop' }] }
    expect(billed('/v1/completions', request, answer)).toEqual({
      input: ['one', 'two', 'three'],
      inputTokens: 0,
      output: ['four'],
    })
  })

  it('in a response is instructions, input and the output', () => {
    const request = {
      model: 'm',
      instructions: 'one',
      input: [
        { role: 'user', content: 'two' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'three' }] },
        { type: 'function_call_output', call_id: 'c', output: 'four' },
      ],
      metadata: { marker: 'x' },
    }
    const answer = {
      output: [
        { type: 'message', id: 'msg_1', content: [{ type: 'output_text', text: 'five', annotations: [] }] },
      ],
    }
    expect(billed('/v1/responses', request, answer)).toEqual({
      input: ['one', 'two', 'three', 'four'],
      inputTokens: 0,
      output: ['five'],
    })
  })

  it('is all of it where the endpoint is not known', () => {
    expect(billed('/v1/moderations', { input: 'x' }, {})).toEqual({
      input: ['{"input":"x"}'],
      inputTokens: 0,
      output: ['{}'],
    })
  })

  it('is found however deep a client nests it', () => {
    const depth = 200_000
    const request = Buffer.from(`{"input":${'['.repeat(depth)}"deep"${']'.repeat(depth)}}`)
    const found = billedText({ endpoint: '/v1/responses', request, answer: Buffer.from('{}') })
    expect(found.input).toEqual(['deep'])
  })
})

it('whatever was sent and came, something is counted', () => {
  const endpoints = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/responses']
  const body = fc.oneof(
    fc.uint8Array().map((each) => Buffer.from(each)),
    fc
      .dictionary(
        fc.constantFrom('messages', 'input', 'prompt', 'tools', 'choices', 'output'),
        fc.jsonValue(),
      )
      .map((each) => Buffer.from(JSON.stringify(each))),
  )
  fc.assert(
    fc.property(fc.constantFrom(...endpoints), body, body, (endpoint, request, answer) => {
      const { input, inputTokens, output } = billedText({ endpoint, request, answer })
      for (const text of [...input, ...output]) expect(typeof text).toBe('string')
      expect(inputTokens).toBeGreaterThanOrEqual(0)
    }),
  )
})
