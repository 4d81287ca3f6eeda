import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { mediaOf } from './media.ts'
import { toGeminiRequest } from './request.ts'

const MESSAGES = [{ role: 'user', content: '안녕하세요' }]

const translate = (request: JsonObject, model = 'gemini-2.5-flash') =>
  toGeminiRequest({ max_tokens: 100, messages: MESSAGES, ...request }, { model, media: new Map() })

const lossesOf = (request: JsonObject, model?: string): readonly string[] => {
  const outcome = translate(request, model)
  if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
  return outcome.losses.map(({ field, action }) => `${field} ${action}`)
}

const configOf = (request: JsonObject, model?: string): JsonObject => {
  const outcome = translate(request, model)
  if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
  return outcome.request.generationConfig as JsonObject
}

const content = (role: string, ...blocks: readonly JsonObject[]): JsonObject => ({
  messages: [{ role, content: blocks }],
})

describe('what cannot be said to Gemini is refused, and named', () => {
  it.each<[string, JsonObject]>([
    ['stop_sequences', { stop_sequences: ['1', '2', '3', '4', '5', '6'] }],
    ['messages', { messages: null }],
    ['messages[0].role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages[0].content[0].tool_use_id', content('user', { type: 'tool_result', tool_use_id: 'x' })],
    ['messages[0].content[0].type', content('user', { type: 'container_upload', file_id: 'x' })],
    ['messages[0].content[0].type', content('assistant', { type: 'server_tool_use', id: 'x' })],
    [
      'messages[0].content[0].source.type',
      content('user', { type: 'image', source: { type: 'file', file_id: 'x' } }),
    ],
    [
      'messages[0].content[0].source.url',
      content('user', { type: 'document', source: { type: 'url', url: 'file:///etc/passwd' } }),
    ],
    ['tools[0].type', { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }],
    ['tool_choice.type', { tool_choice: { type: 'some' } }],
    ['output_config.format.type', { output_config: { format: { type: 'grammar' } } }],
    ['output_config.effort', { output_config: { effort: 'enormous' } }],
    ['thinking.type', { thinking: { type: 'loud' } }],
    ['temperature', { temperature: 'hot' }],
    ['system[0].type', { system: [{ type: 'image' }] }],
  ])('%s', (field, request) => {
    expect(translate(request)).toMatchObject({ kind: 'untranslatable', field })
  })
})

describe('how much a model thinks', () => {
  const enabled = { type: 'enabled', budget_tokens: 2_000 }
  const high = { output_config: { effort: 'high' } }
  it.each<[JsonObject, string, unknown, readonly string[]]>([
    [{}, 'gemini-2.5-flash', undefined, []],
    [{ thinking: enabled }, 'gemini-2.5-flash', { thinkingBudget: 2_000, includeThoughts: true }, []],
    [{ thinking: enabled }, 'gemini-3.5-flash', { thinkingBudget: 2_000, includeThoughts: true }, []],
    [
      { thinking: { ...enabled, display: 'omitted' }, ...high },
      'gemini-2.5-flash',
      { thinkingBudget: 2_000, includeThoughts: false },
      ['output_config.effort approximated'],
    ],
    [
      { thinking: { type: 'adaptive' } },
      'gemini-2.5-flash',
      { thinkingBudget: -1, includeThoughts: true },
      [],
    ],
    [{ thinking: { type: 'adaptive' } }, 'gemini-3.5-flash', { includeThoughts: true }, []],
    [
      { thinking: { type: 'adaptive' }, ...high },
      'gemini-3.5-flash',
      { thinkingLevel: 'HIGH', includeThoughts: true },
      [],
    ],
    [
      { thinking: { type: 'between_tools' } },
      'gemini-3.5-flash',
      { includeThoughts: true },
      ['thinking.type approximated'],
    ],
    [{ thinking: { type: 'disabled' } }, 'gemini-2.5-flash', { thinkingBudget: 0 }, []],
    [
      { thinking: { type: 'disabled' } },
      'gemini-2.5-pro',
      { thinkingBudget: 128 },
      ['thinking.type approximated'],
    ],
    [high, 'gemini-2.5-flash', { thinkingBudget: 24_576 }, []],
    [
      { output_config: { effort: 'max' } },
      'gemini-3.5-flash',
      { thinkingLevel: 'HIGH' },
      ['output_config.effort approximated'],
    ],
    [
      { thinking: enabled, ...high },
      'gemini-2.0-flash',
      undefined,
      ['thinking dropped', 'output_config.effort dropped'],
    ],
  ])('%j to %s', (request, model, config, losses) => {
    expect(configOf(request, model).thinkingConfig).toEqual(config)
    expect(lossesOf(request, model)).toEqual(losses)
  })
})

describe('which tools a model may use', () => {
  const tools = [{ name: 'f', strict: true, input_schema: { type: 'object' } }]
  const toolConfigOf = (request: JsonObject): unknown => {
    const outcome = translate(request)
    return outcome.kind === 'translated' ? outcome.request.toolConfig : outcome.message
  }
  it.each([
    [{ type: 'auto' }, { mode: 'AUTO' }],
    [{ type: 'none' }, { mode: 'NONE' }],
    [{ type: 'any', disable_parallel_tool_use: false }, { mode: 'ANY' }],
    [
      { type: 'tool', name: 'f' },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
  ])('%j', (tool_choice, config) => {
    expect(toolConfigOf({ tool_choice })).toEqual({ functionCallingConfig: config })
    expect(lossesOf({ tool_choice })).toEqual([])
  })

  it('is left to Gemini where nothing is said, and validated where the tools are strict', () => {
    expect(toolConfigOf({})).toBeUndefined()
    expect(toolConfigOf({ tools })).toEqual({ functionCallingConfig: { mode: 'VALIDATED' } })
  })
})

describe('tool uses in the history', () => {
  const use = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} })
  const asked = content('assistant', { type: 'text', text: '네' }, use('a'), use('b'))

  it('bear a signature that is not checked, where the model wants one', () => {
    const call = (id: string) => ({ functionCall: { id, name: 'f', args: {} } })
    const thoughtSignature = 'skip_thought_signature_validator'
    const sent = (parts: readonly JsonObject[]) => ({ request: { contents: [{ role: 'model', parts }] } })
    expect(translate(asked)).toMatchObject(sent([{ text: '네' }, call('a'), call('b')]))
    expect(translate(asked, 'gemini-3.5-flash')).toMatchObject(
      sent([{ text: '네' }, { ...call('a'), thoughtSignature }, call('b')]),
    )
    expect(lossesOf(asked)).toEqual([])
    expect(lossesOf(asked, 'gemini-3.5-flash')).toEqual(['messages[0].content[1].signature defaulted'])
  })
})

describe('nothing is lost in silence', () => {
  it('says nothing of what asks for nothing', () => {
    const nothing = {
      metadata: {},
      container: null,
      service_tier: 'auto',
      speed: 'standard',
      cache_control: null,
    }
    expect(lossesOf(nothing)).toEqual([])
  })

  it('tells of every member that it does not know, at the place where it stands', () => {
    const at: readonly ((extra: JsonObject) => [JsonObject, string])[] = [
      (extra) => [extra, ''],
      (extra) => [{ messages: [{ role: 'user', content: 'x', ...extra }] }, 'messages[0].'],
      (extra) => [content('user', { type: 'text', text: 'x', ...extra }), 'messages[0].content[0].'],
      (extra) => [
        content('assistant', { type: 'tool_use', id: 'a', name: 'f', input: {}, ...extra }),
        'messages[0].content[0].',
      ],
      (extra) => [{ tools: [{ name: 'f', ...extra }] }, 'tools[0].'],
      (extra) => [{ output_config: extra }, 'output_config.'],
      (extra) => [{ thinking: { type: 'disabled', ...extra } }, 'thinking.'],
    ]
    fc.assert(
      fc.property(fc.constantFrom(...at), fc.string(), (place, suffix) => {
        // No member of any format begins so.
        const name = `§${suffix}`
        const [request, path] = place({ [name]: 1 })
        expect(lossesOf(request)).toEqual([`${path}${name} dropped`])
      }),
    )
  })
})

describe('whatever a client sends', () => {
  const NAMES =
    'messages content role system tools tool_choice type name input source url data thinking output_config effort format tool_use_id is_error cache_control'.split(
      ' ',
    )
  const anything = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(
        'user',
        'assistant',
        'text',
        'image',
        'document',
        'tool_use',
        'tool_result',
        'url',
        null,
      ),
      fc.jsonValue(),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 5 }),
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

describe('the pictures and documents of a request', () => {
  it('are named once each, where they are to be fetched, in results of tools too', () => {
    const image = (url: string) => ({ type: 'image', source: { type: 'url', url } })
    const result = { type: 'tool_result', tool_use_id: 'a', content: [image('https://b/c')] }
    const asked = content(
      'user',
      image('https://a/양.png'),
      image('https://a/양.png'),
      image('gs://a/b'),
      result,
    )
    expect(mediaOf(asked)).toEqual(['https://a/양.png', 'https://b/c'])
  })
})
