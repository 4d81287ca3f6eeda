import { describe, expect, it } from 'vitest'
import { setUp as setUpAt } from '../../set-up.fixture.ts'
import { countTokens } from '../../tokens.ts'

const path = '/v1/responses'
const setUp = (options: Parameters<typeof setUpAt>[0] = {}) => setUpAt(options, path)

const ask = (input: unknown, more: Record<string, unknown> = {}) => ({ model: 'gpt-4.1', input, ...more })

const textOf = (json: { output: { content: { text: string }[] }[] }) => json.output[0]?.content[0]?.text ?? ''

describe('a response', () => {
  it('has the answer that the request deserves, true usage, and the settings that it was made with', () => {
    const { call, simulator } = setUp({ seed: 5 })
    const body = ask('What is a sheepfold?', {
      instructions: 'Be brief.',
      temperature: 0.2,
      metadata: { marker: 'a' },
    })
    const { status, json } = call(body)
    const text = textOf(json)
    expect(status).toBe(200)
    expect(text).toBe(simulator.expectedAnswer(body, path))
    const input = 3 + 4 + 4 + countTokens('What is a sheepfold?') + countTokens('Be brief.')
    expect(json).toMatchObject({
      id: expect.stringMatching(/^resp_/),
      object: 'response',
      created_at: 1_790_000_000,
      status: 'completed',
      error: null,
      incomplete_details: null,
      instructions: 'Be brief.',
      max_output_tokens: null,
      model: 'gpt-4.1',
      output: [
        {
          id: expect.stringMatching(/^msg_/),
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', annotations: [], text }],
        },
      ],
      temperature: 0.2,
      text: { format: { type: 'text' } },
      tools: [],
      usage: {
        input_tokens: input,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: countTokens(text),
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: input + countTokens(text),
      },
      metadata: { marker: 'a' },
    })
    expect([...simulator.tape()]).toMatchObject([{ path, marker: 'a', outcome: 'answered' }])
  })

  it('is the same however its input is written down, and another for another', () => {
    const { call } = setUp()
    const texts = [
      'hello',
      [{ role: 'user', content: 'hello' }],
      [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] }],
      [{ role: 'developer', content: 'hello' }],
      [
        { role: 'user', content: 'hello' },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: '7' },
      ],
    ].map((input) => textOf(call(ask(input)).json))
    expect(texts[1]).toBe(texts[0])
    expect(texts[2]).toBe(texts[0])
    expect(new Set(texts).size).toBe(3)
  })

  it('is incomplete where its tokens run out', () => {
    const { json } = setUp().call(ask('hi', { max_output_tokens: 20 }))
    expect(json).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      max_output_tokens: 20,
      output: [{ status: 'incomplete' }],
      usage: { output_tokens: 20 },
    })
    expect(countTokens(textOf(json))).toBe(20)
  })

  it('is JSON where a format asks for it, and a schema and tools cost tokens', () => {
    const { call } = setUp()
    const plain = call(ask('hi')).json
    const format = { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: true }
    const tools = [{ type: 'function', name: 'f', parameters: {}, strict: true }]
    const { json } = call(ask('hi', { text: { format }, tools }))
    expect(JSON.parse(textOf(json))).toEqual({ answer: textOf(plain) })
    expect(json).toMatchObject({ text: { format }, tools })
    const attached = countTokens(JSON.stringify(tools) + JSON.stringify(format.schema))
    expect(json.usage.input_tokens).toBe(plain.usage.input_tokens + attached)
  })

  it('may refuse or be filtered, the same requests every time', () => {
    const refused = setUp({ defaults: { refusalRate: 1 } }).call(ask('hi')).json
    expect(refused).toMatchObject({ status: 'completed', output: [{ content: [{ type: 'refusal' }] }] })
    const filtered = setUp({ defaults: { contentFilterRate: 1 } }).call(ask('hi')).json
    expect(filtered).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
      usage: { output_tokens: 0 },
    })
  })

  it('counts long beginnings that were seen before as cached', () => {
    const { call } = setUp()
    const instructions = 'The same long instructions for every document. '.repeat(200)
    call(ask('one', { instructions }))
    const { json } = call(ask('two', { instructions }))
    expect(json.usage.input_tokens_details.cached_tokens).toBeGreaterThanOrEqual(1_024)
  })
})

describe('what is refused', () => {
  const withFormat = (format: unknown) => ask('hi', { text: { format } })
  const refusals: [string, unknown, number, string, string | null, string | null][] = [
    ['no input', { model: 'gpt-4.1' }, 400, 'must be provided', 'missing_required_parameter', 'input'],
    ['a number', ask(7), 400, "'input'", 'invalid_type', 'input'],
    ['no items', ask([]), 400, "'input'", 'empty_array', 'input'],
    ['an item that is none', ask(['hi']), 400, 'input[0]', 'invalid_type', 'input[0]'],
    ['an item of an unknown type', ask([{ type: 'x' }]), 400, "'x'", 'invalid_value', 'input[0]'],
    [
      'a message without a role',
      ask([{ content: 'a' }]),
      400,
      'role',
      'missing_required_parameter',
      'input[0].role',
    ],
    [
      'a role of chat',
      ask([{ role: 'tool', content: 'a' }]),
      400,
      "'tool'",
      'invalid_value',
      'input[0].role',
    ],
    ['no content', ask([{ role: 'user' }]), 400, '', 'missing_required_parameter', 'input[0].content'],
    [
      'a part of chat',
      ask([{ role: 'user', content: [{ type: 'text', text: 'a' }] }]),
      400,
      "'text'",
      'invalid_value',
      'input[0].content[0].type',
    ],
    [
      'a part without its text',
      ask([{ role: 'user', content: [{ type: 'input_text' }] }]),
      400,
      '',
      'missing_required_parameter',
      'input[0].content[0].text',
    ],
    ['background', ask('a', { background: true }), 400, 'at once only', 'unsupported_value', 'background'],
    [
      'what came before',
      ask('a', { previous_response_id: 'resp_1' }),
      400,
      "'resp_1'",
      'previous_response_not_found',
      'previous_response_id',
    ],
    ['a conversation', ask('a', { conversation: { id: 'conv_1' } }), 404, "'conv_1'", null, 'conversation'],
    [
      'too few tokens',
      ask('a', { max_output_tokens: 15 }),
      400,
      '>= 16',
      'integer_below_minimum_value',
      'max_output_tokens',
    ],
    ['messages', ask('a', { messages: [] }), 400, "moved to 'input'", 'unsupported_parameter', 'messages'],
    ['an unknown field', ask('a', { x: 1 }), 400, "Unknown parameter: 'x'.", 'unknown_parameter', 'x'],
    ['an unknown format', withFormat({ type: 'xml' }), 400, "'xml'", 'invalid_value', 'text.format.type'],
    [
      'a schema without a name',
      withFormat({ type: 'json_schema', schema: {} }),
      400,
      '',
      'missing_required_parameter',
      'text.format.name',
    ],
    [
      'a model for embeddings',
      ask('a', { model: 'text-embedding-3-small' }),
      400,
      'cannot be used with the Responses API',
      null,
      'model',
    ],
  ]

  it.each(refusals)('%s', (_name, body, status, message, code, param) => {
    const reaction = setUp().call(body)
    expect(reaction.status).toBe(status)
    expect(reaction.json.error).toMatchObject({ message: expect.stringContaining(message), code, param })
  })

  it('what is nested without end', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const { call } = setUp()
    for (const field of ['tools', 'metadata', 'x'])
      expect(call(Buffer.from(`{"model":"gpt-4.1","input":"a","${field}":${deep}}`)).status).toBe(400)
  })

  it('an input beyond the context', () => {
    const { call } = setUp({ models: { 'gpt-4.1': { contextTokens: 100 } } })
    expect(call(ask('word '.repeat(100))).json.error).toMatchObject({
      code: 'context_length_exceeded',
      param: 'input',
    })
  })
})

it('faults spoil the text of the answer, whatever the settings say', () => {
  const { receive } = setUp({ faults: [{ kind: 'huge_answer', bytes: 5 }] })
  const body = ask('hi', { instructions: 'say "text": "a"', text: { format: { type: 'text' } } })
  const reaction = receive(body)
  const text = String(reaction.body)
  const at = reaction.filler?.at ?? 0
  expect(textOf(JSON.parse(`${text.slice(0, at)}xxxxx${text.slice(at)}`))).toMatch(/^xxxxx/)
})
