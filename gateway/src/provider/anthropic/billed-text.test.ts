import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { billedText } from './billed-text.ts'

const billed = (request: unknown, answer: unknown = {}) =>
  billedText({
    endpoint: '/v1/messages',
    request: Buffer.from(JSON.stringify(request)),
    answer: Buffer.from(JSON.stringify(answer)),
  })

describe('what tokens are counted of', () => {
  it('is what is said, on both sides, and schemas and inputs with their names', () => {
    const mark = { cache_control: { type: 'ephemeral' } }
    const request = {
      model: 'claude-sonnet-5-5',
      max_tokens: 10,
      system: [{ type: 'text', text: 'one', ...mark }],
      messages: [
        { role: 'user', content: 'two' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'three', signature: 'xyz' },
            { type: 'tool_use', id: 't1', name: 'find', input: { city: 'Seoul' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'four' }] },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          ],
        },
      ],
      tools: [{ name: 'find', input_schema: { type: 'object', properties: { city: {} } }, ...mark }],
    }
    const answer = {
      id: 'msg_1',
      content: [
        { type: 'text', text: 'five', citations: null },
        { type: 'tool_use', id: 't2', name: 'find', input: { town: 'Busan' } },
      ],
    }
    const { input, inputTokens, output } = billed(request, answer)
    expect(input.slice(0, 7)).toEqual(['one', 'two', 'three', 'find', 'city', 'Seoul', 'four'])
    expect(input.slice(7).join(' ')).toContain('input_schema')
    expect(input.join(' ')).not.toMatch(/AAAA|xyz|ephemeral|t1/)
    expect(inputTokens).toBe(0)
    expect(output).toEqual(['five', 'find', 'town', 'Busan'])
  })

  it('is found however deep a client nests it', () => {
    const depth = 200_000
    const content = `${'['.repeat(depth)}"deep"${']'.repeat(depth)}`
    const request = Buffer.from(`{"messages":[{"content":[{"content":${content}}]}]}`)
    const found = billedText({ endpoint: '/v1/messages', request, answer: Buffer.from('{}') })
    expect(found.input).toEqual(['deep'])
  })

  it('is always text, whatever was sent and came', () => {
    const fields = 'messages content system tools output_config format schema input'.split(' ')
    const body = fc.oneof(
      fc.uint8Array().map((each) => Buffer.from(each)),
      fc
        .dictionary(fc.constantFrom(...fields), fc.jsonValue())
        .map((each) => Buffer.from(JSON.stringify(each))),
    )
    fc.assert(
      fc.property(body, body, (request, answer) => {
        const { input, output } = billedText({ endpoint: '/v1/messages', request, answer })
        for (const text of [...input, ...output]) expect(typeof text).toBe('string')
      }),
    )
  })
})
