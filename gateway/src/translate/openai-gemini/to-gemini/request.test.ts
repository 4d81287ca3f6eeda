import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { mediaOf } from './media.ts'
import { toGeminiRequest } from './request.ts'

const MESSAGES = [{ role: 'user', content: '안녕하세요' }]

const translate = (request: JsonObject, model = 'gemini-2.5-flash') =>
  toGeminiRequest({ messages: MESSAGES, ...request }, { model, media: new Map() })

const sentOf = (request: JsonObject, model?: string): JsonObject => {
  const outcome = translate(request, model)
  if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
  return outcome.request
}

const refusedFieldOf = (request: JsonObject): string | undefined => {
  const outcome = translate(request)
  return outcome.kind === 'untranslatable' ? outcome.field : undefined
}

const lossesOf = (request: JsonObject, model?: string): readonly string[] => {
  const outcome = translate(request, model)
  if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
  return outcome.losses.map(({ field, action }) => `${field} ${action}`)
}

describe('what cannot be said to Gemini is refused, and named', () => {
  const call = (text: string) => ({
    role: 'assistant',
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: text } }],
  })
  it.each<[string, JsonObject]>([
    ['stop', { stop: ['1', '2', '3', '4', '5', '6'] }],
    ['messages', { messages: null }],
    ['messages[0].role', { messages: [{ role: 'function', content: 'x' }] }],
    ['messages[0].tool_call_id', { messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }] }],
    ['messages[0].tool_calls[0].function.arguments', { messages: [call('{"city":')] }],
    ['messages[0].tool_calls[0].function.arguments', { messages: [call('[1]')] }],
    ['messages[0].content[0].file.file_id', content({ type: 'file', file: { file_id: 'file-1' } })],
    ['messages[0].content[0].image_url.url', content({ type: 'image_url', image_url: { url: 'ftp://a/b' } })],
    ['messages[0].content[0].type', content({ type: 'constructor', constructor: {} })],
    ['tools[0].type', { tools: [{ type: 'custom', custom: { name: 'x' } }] }],
    ['tool_choice.type', { tool_choice: { type: 'custom', custom: { name: 'x' } } }],
    ['functions', { functions: [{ name: 'f' }] }],
    ['response_format.type', { response_format: { type: 'grammar' } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['reasoning_effort', { reasoning_effort: 'enormous' }],
    ['temperature', { temperature: 'hot' }],
  ])('%s', (field, request) => {
    expect(refusedFieldOf(request)).toBe(field)
  })
})

describe('how much a model thinks', () => {
  const thinking = (effort: string, model: string): unknown => {
    const config = sentOf({ reasoning_effort: effort }, model).generationConfig
    return config === undefined ? undefined : (config as JsonObject).thinkingConfig
  }
  it.each([
    ['none', 'gemini-2.5-flash', { thinkingBudget: 0 }, []],
    ['none', 'gemini-2.5-pro', { thinkingBudget: 128 }, ['reasoning_effort approximated']],
    ['minimal', 'gemini-2.5-flash', { thinkingBudget: 1_024 }, ['reasoning_effort approximated']],
    ['low', 'gemini-2.5-flash', { thinkingBudget: 1_024 }, []],
    ['medium', 'gemini-2.5-flash', { thinkingBudget: 8_192 }, []],
    ['high', 'gemini-2.5-flash', { thinkingBudget: 24_576 }, []],
    ['max', 'gemini-2.5-flash', { thinkingBudget: 24_576 }, ['reasoning_effort approximated']],
    ['none', 'gemini-3.5-flash', { thinkingLevel: 'MINIMAL' }, ['reasoning_effort approximated']],
    ['minimal', 'gemini-3.5-flash', { thinkingLevel: 'MINIMAL' }, []],
    ['medium', 'gemini-3.1-pro-preview', { thinkingLevel: 'MEDIUM' }, []],
    ['xhigh', 'gemini-3.1-pro-preview', { thinkingLevel: 'HIGH' }, ['reasoning_effort approximated']],
    ['high', 'gemini-flash-latest', { thinkingLevel: 'HIGH' }, []],
    ['high', 'gemini-2.0-flash', undefined, ['reasoning_effort dropped']],
    ['none', 'gemini-2.0-flash', undefined, []],
  ])('%s to %s', (effort, model, config, losses) => {
    expect(thinking(effort, model)).toEqual(config)
    expect(lossesOf({ reasoning_effort: effort }, model)).toEqual(losses)
  })
})

describe('which tools a model may call', () => {
  const tools = [{ type: 'function', function: { name: 'f', strict: true } }]
  const choose = (tool_choice: unknown, more: JsonObject = {}): unknown =>
    sentOf({ tool_choice, ...more }).toolConfig
  const allowed = (mode: string) => ({
    type: 'allowed_tools',
    allowed_tools: { mode, tools: [{ type: 'function', function: { name: 'f' } }] },
  })
  it.each([
    ['auto', { mode: 'AUTO' }],
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [
      { type: 'function', function: { name: 'f' } },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    [allowed('required'), { mode: 'ANY', allowedFunctionNames: ['f'] }],
    [allowed('auto'), { mode: 'VALIDATED', allowedFunctionNames: ['f'] }],
  ])('%j', (choice, config) => {
    expect(choose(choice)).toEqual({ functionCallingConfig: config })
  })

  it('is left to Gemini where nothing is said, and validated where the functions are strict', () => {
    expect(choose(undefined)).toBeUndefined()
    expect(choose(undefined, { tools })).toEqual({ functionCallingConfig: { mode: 'VALIDATED' } })
  })
})

describe('calls in the history', () => {
  const call = (id: string, more: JsonObject = {}) => ({
    id,
    type: 'function',
    function: { name: 'f', arguments: '{}' },
    ...more,
  })
  const signaturesOf = (model: string, ...calls: readonly JsonObject[]): unknown => {
    const sent = sentOf({ messages: [{ role: 'assistant', tool_calls: calls }] }, model)
    const [turn] = sent.contents as readonly { readonly parts: readonly JsonObject[] }[]
    return turn?.parts.map(({ thoughtSignature }) => thoughtSignature)
  }

  it('bear the signature that their answer had, or one that is not checked where the model wants one', () => {
    const signed = call('a', { extra_content: { google: { thought_signature: 'c2ln' } } })
    const unchecked = 'skip_thought_signature_validator'
    expect(signaturesOf('gemini-2.5-flash', call('a'), call('b'))).toEqual([undefined, undefined])
    expect(signaturesOf('gemini-3.5-flash', signed, call('b'))).toEqual(['c2ln', undefined])
    expect(signaturesOf('gemini-3.5-flash', call('a'), call('b'))).toEqual([unchecked, undefined])
    expect(
      lossesOf({ messages: [{ role: 'assistant', tool_calls: [call('a')] }] }, 'gemini-3.5-flash'),
    ).toEqual(['messages[0].tool_calls[0].extra_content.google.thought_signature defaulted'])
  })
})

describe('nothing is lost in silence', () => {
  it('says nothing of what asks for nothing', () => {
    expect(
      lossesOf({ metadata: {}, user: null, tools: [], store: false, parallel_tool_calls: true }),
    ).toEqual([])
  })

  it('tells of every member that it does not know, at the place where it stands', () => {
    const at: readonly ((extra: JsonObject) => [JsonObject, string])[] = [
      (extra) => [extra, ''],
      (extra) => [{ messages: [{ role: 'user', content: 'x', ...extra }] }, 'messages[0].'],
      (extra) => [content({ type: 'text', text: 'x', ...extra }), 'messages[0].content[0].'],
      (extra) => [{ tools: [{ type: 'function', function: { name: 'f', ...extra } }] }, 'tools[0].function.'],
      (extra) => [{ response_format: { type: 'text', ...extra } }, 'response_format.'],
    ]
    fc.assert(
      fc.property(fc.constantFrom(...at), fc.string({ minLength: 1 }), (place, suffix) => {
        // No member of any format begins so.
        const name = `§${suffix}`
        const [request, path] = place({ [name]: 1 })
        expect(lossesOf(request)).toEqual([`${path}${name} dropped`])
      }),
    )
  })
})

describe('whatever a client sends', () => {
  const KNOWN =
    'messages content role tools tool_choice type function name stop response_format json_schema schema text image_url url file input_audio tool_calls arguments tool_call_id'.split(
      ' ',
    )
  const anything = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(
        'user',
        'assistant',
        'tool',
        'text',
        'function',
        'image_url',
        'file',
        'allowed_tools',
        null,
      ),
      fc.jsonValue(),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom(...KNOWN), tie('value'), { maxKeys: 5 }),
  })).object

  it('has a translation, or a reason why not', () => {
    fc.assert(
      fc.property(anything, (request) => {
        const outcome = toGeminiRequest(request, { model: 'gemini-2.5-flash', media: new Map() })
        expect(['translated', 'untranslatable']).toContain(outcome.kind)
        expect(Array.isArray(mediaOf(request))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the pictures of a request', () => {
  it('are named once each, where they are to be fetched', () => {
    const image = (url: string) => ({ type: 'image_url', image_url: { url } })
    const urls = [
      'https://a/양.png',
      'https://a/양.png',
      'data:image/png;base64,AA==',
      'gs://a/b',
      'HTTP://b/c',
    ]
    expect(mediaOf(content(...urls.map(image)))).toEqual(['https://a/양.png', 'HTTP://b/c'])
  })
})

function content(...parts: readonly JsonObject[]): JsonObject {
  return { messages: [{ role: 'user', content: parts }] }
}
