import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ask, setUp, user } from '../gemini.fixture.ts'

const parts = (...given: object[]) => ({ contents: [{ role: 'user', parts: given }] })
const tools = (...functionDeclarations: object[]) => [{ functionDeclarations }]
const calling = (functionCallingConfig: object) => ({ toolConfig: { functionCallingConfig } })
const call = { functionCall: { name: 'f', args: {} } }
const result = { functionResponse: { name: 'f', response: {} } }

const refusals: readonly [string, unknown, string][] = [
  ['no JSON', Buffer.from('{"contents":'), 'Invalid JSON payload received. Expected a value'],
  ['a list', [], 'Invalid value (type.googleapis.com/google.ai.generativelanguage.v1beta.GenerateContent'],
  ['no contents', {}, '* GenerateContentRequest.contents: contents is not specified'],
  [
    'an unknown field',
    { ...ask('a'), stream: true },
    'Invalid JSON payload received. Unknown name "stream": Can',
  ],
  [
    'an unknown field within',
    ask('a', { max_tokens: 3 }),
    'Invalid JSON payload received. Unknown name "max_tokens" at \'generation_config\': Cannot find field.',
  ],
  ['contents that are a text', { contents: 'hi' }, "Invalid value at 'contents' (type.googleapis.com/"],
  [
    'a number that is none',
    ask('a', { temperature: 'hot' }),
    '\'generation_config.temperature\' (TYPE_FLOAT), "hot"',
  ],
  ['a fraction', ask('a', { topK: 1.5 }), '(TYPE_INT32), 1.5'],
  [
    'a level of no kind',
    ask('a', { thinkingConfig: { thinkingLevel: 'DEEP' } }),
    'ThinkingConfig.ThinkingLevel), "DEEP"',
  ],
  [
    'bytes that are no base64',
    parts({ inlineData: { mimeType: 'image/png', data: '%%%' } }),
    '(TYPE_BYTES), "%%%"',
  ],
  [
    'a field of JSON Schema in a schema that is none',
    ask('a', {
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', additionalProperties: false },
    }),
    'Unknown name "additionalProperties" at \'generation_config.response_schema\'',
  ],
  [
    'a role of others',
    { contents: [{ role: 'assistant', parts: [{ text: 'a' }] }] },
    'Please use a valid role: user, model.',
  ],
  [
    'no parts',
    { contents: [{ role: 'user', parts: [] }] },
    'contents[0].parts: contents.parts must not be empty',
  ],
  ['a part of nothing', parts({ thought: true }), "contents[0].parts[0].data: required oneof field 'data'"],
  ['a part of two things', parts({ text: 'a', ...call }), "required oneof field 'data'"],
  ['a picture of no type', parts({ inlineData: { data: 'AAAA' } }), 'mime_type must be specified'],
  [
    'a picture somewhere in the web',
    parts({ fileData: { mimeType: 'image/png', fileUri: 'https://example.com/a.png' } }),
    'Invalid or unsupported file uri: https://example.com/a.png',
  ],
  [
    'a result of no name',
    parts({ functionResponse: { response: {} } }),
    'function_response.name: [FIELD_INVALID]',
  ],
  [
    'results that come one by one',
    {
      contents: [
        user('a'),
        { role: 'model', parts: [call, call] },
        { role: 'user', parts: [result] },
        { role: 'user', parts: [result] },
      ],
    },
    'the number of function response parts is equal to the number of function call parts',
  ],
  [
    'a call without a result',
    { contents: [user('a'), { role: 'model', parts: [call] }, user('b')] },
    'equal to the number',
  ],
  ['a function of no name', { ...ask('a'), tools: tools({ name: 'a b' }) }, 'Invalid function name'],
  [
    'a function twice',
    { ...ask('a'), tools: tools({ name: 'f' }, { name: 'f' }) },
    'Duplicate function declaration found: f',
  ],
  [
    'two schemas of one function',
    { ...ask('a'), tools: tools({ name: 'f', parameters: { type: 'OBJECT' }, parametersJsonSchema: {} }) },
    'only one of parameters and parameters_json_schema',
  ],
  [
    'a forced call without functions',
    { ...ask('a'), ...calling({ mode: 'ANY' }) },
    'is set without function_declarations',
  ],
  [
    'a forced call of a stranger',
    { ...ask('a'), tools: tools({ name: 'f' }), ...calling({ mode: 'ANY', allowedFunctionNames: ['g'] }) },
    'not in function_declarations',
  ],
  [
    'names for a call that is not forced',
    { ...ask('a'), tools: tools({ name: 'f' }), ...calling({ allowedFunctionNames: ['f'] }) },
    'only be set when mode is ANY',
  ],
  [
    'JSON beside functions',
    { ...ask('a', { responseMimeType: 'application/json' }), tools: tools({ name: 'f' }) },
    'Function calling with a response mime type',
  ],
  ['a hotter temperature', ask('a', { temperature: 2.1 }), 'temperature must be in the range [0, 2]'],
  ['no candidate', ask('a', { candidateCount: 0 }), 'candidateCount must be in the range [1, 8]'],
  ['no output', ask('a', { maxOutputTokens: 0 }), 'maxOutputTokens must be in the range'],
  ['six stops', ask('a', { stopSequences: [...'abcdef'] }), 'at most 5 stop sequences'],
  ['a form of no kind', ask('a', { responseMimeType: 'image/png' }), 'allowed mimetypes are'],
  [
    'a schema of a plain text',
    ask('a', { responseSchema: { type: 'OBJECT' } }),
    'only allowed where response_mime_type',
  ],
  [
    'two ways to think',
    ask('a', { thinkingConfig: { thinkingBudget: 0, thinkingLevel: 'LOW' } }),
    'only one of thinking budget and thinking level',
  ],
  [
    'a level for a model that has none',
    ask('a', { thinkingConfig: { thinkingLevel: 'LOW' } }),
    'Thinking level is not supported',
  ],
  ['too large a budget', ask('a', { thinkingConfig: { thinkingBudget: 24_577 } }), 'between 0 and 24576'],
  [
    'a longer prompt than fits',
    ask('word '.repeat(1_100_000)),
    'exceeds the maximum number of tokens allowed (1048576)',
  ],
]

describe('what is refused', () => {
  it.each(refusals)('%s', (_name, body, message) => {
    const { status, json } = setUp().call(body)
    expect(json.error).toMatchObject({
      code: 400,
      message: expect.stringContaining(message),
      status: 'INVALID_ARGUMENT',
    })
    expect(status).toBe(400)
  })

  it('everything that is wrong with the fields is told at once', () => {
    const { json } = setUp().call({ contnts: [], generationConfig: { topK: 'a', n: 2 } })
    expect(json.error.message.split('\n')).toHaveLength(3)
    expect(json.error.details[0].fieldViolations).toHaveLength(3)
  })

  it('a schema that never ends', () => {
    let responseSchema: object = { type: 'STRING' }
    for (let depth = 0; depth < 200; depth++) responseSchema = { type: 'ARRAY', items: responseSchema }
    const { json } = setUp().call(ask('a', { responseMimeType: 'application/json', responseSchema }))
    expect(json.error.message).toContain('Message too deep')
  })

  it('arguments that never end', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const body = `{"contents":[{"parts":[{"functionCall":{"name":"f","args":{"a":${deep}}}}]}]}`
    expect(setUp().call(Buffer.from(body)).json.error.message).toContain('Message too deep')
    const strayed = `{"contents":[{"parts":[{"text":${deep}}]}]}`
    expect(setUp().call(Buffer.from(strayed)).status).toBe(400)
  })

  it('not to think, by a model that always does', () => {
    const { json } = setUp({}, 'generateContent', 'gemini-2.5-pro').call(ask('a'))
    expect(json.error.message).toBe('Budget 0 is invalid. This model only works in thinking mode.')
  })

  it('a call without its signature, from the third generation on, while its turn lasts', () => {
    const after = (call: object, ...more: object[]) => ({
      contents: [
        user('a'),
        { role: 'model', parts: [call, call] },
        { role: 'user', parts: [result, result] },
        ...more,
      ],
    })
    const third = setUp({}, 'generateContent', 'gemini-3.5-flash')
    const { json } = third.call(after(call))
    expect(json.error.message).toContain('missing a thought_signature')
    expect(third.call(after({ ...call, thoughtSignature: 'c2ln' })).status).toBe(200)
    expect(third.call(after(call, { role: 'model', parts: [{ text: 'b' }] }, user('c'))).status).toBe(200)
    expect(setUp().call(after(call)).status).toBe(200)
  })

  it('what was cached, since nothing is', () => {
    const { json } = setUp().call({ ...ask('a'), cachedContent: 'cachedContents/abc' })
    expect(json.error).toMatchObject({ code: 403, status: 'PERMISSION_DENIED' })
  })

  it.each(['gemini-9', 'gpt-4.1', 'gemini-embedding-001', 'claude-sonnet-4-5'])('the model %s', (model) => {
    const { status, json } = setUp({}, 'generateContent', model).call(ask('a'))
    expect(status).toBe(404)
    expect(json.error).toMatchObject({
      status: 'NOT_FOUND',
      message: expect.stringContaining(`models/${model} is not found for API version v1beta`),
    })
  })
})

it('files that were uploaded, and films, are taken', () => {
  const { call } = setUp()
  for (const fileUri of [
    'https://generativelanguage.googleapis.com/v1beta/files/abc',
    'https://www.youtube.com/watch?v=abc',
    'gs://bucket/a.pdf',
  ]) {
    expect(call(parts({ fileData: { mimeType: 'application/pdf', fileUri } })).status).toBe(200)
  }
})

it('whatever is sent is answered or refused', () => {
  const { call } = setUp()
  const field = fc.constantFrom(
    ...'contents parts role text functionCall functionResponse name args inlineData mimeType data'.split(' '),
    ...'tools functionDeclarations parameters toolConfig functionCallingConfig mode'.split(' '),
    ...'generationConfig thinkingConfig thinkingBudget responseSchema responseMimeType type items'.split(' '),
  )
  const word = fc.constantFrom(
    'user',
    'model',
    'ANY',
    'application/json',
    'OBJECT',
    'f',
    '',
    0,
    1,
    -1,
    true,
    null,
  )
  const body = fc.letrec<{ value: unknown; list: unknown[]; object: Record<string, unknown> }>((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, word, tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(field, tie('value'), { maxKeys: 4 }),
  })).object
  fc.assert(
    fc.property(body, (given) => {
      expect([200, 400]).toContain(call({ ...ask('a'), ...given }).status)
    }),
    { numRuns: 500 },
  )
})
