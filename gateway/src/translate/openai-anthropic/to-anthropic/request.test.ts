import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import type { Loss } from '../../loss.ts'
import type { RequestContext } from '../../translation.ts'
import { requestToAnthropic } from './request.ts'

const user = { role: 'user', content: '안녕' }
const tool = (name: string) => ({ type: 'function', function: { name } })

const translate = (more: JsonObject, context: Partial<RequestContext> = {}) =>
  requestToAnthropic(
    { model: 'm', max_completion_tokens: 2_000, messages: [user], ...more },
    {
      provider: 'anthropic',
      model: 'claude-opus-4-6',
      outputTokensDefault: 4_096,
      media: new Map(),
      isStream: false,
      headers: {},
      ...context,
    },
  )

const sent = (more: JsonObject, context?: Partial<RequestContext>): JsonObject => {
  const outcome = translate(more, context)
  if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
  return outcome.request
}

const lossesOf = (more: JsonObject, context?: Partial<RequestContext>): readonly Loss[] => {
  const outcome = translate(more, context)
  if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
  return outcome.losses
}

describe('what Anthropic has no word for', () => {
  it.each<[string, JsonObject]>([
    ['seed', { seed: 7 }],
    ['presence_penalty', { presence_penalty: 0.5 }],
    ['frequency_penalty', { frequency_penalty: -1 }],
    ['logit_bias', { logit_bias: { 50256: -100 } }],
    ['logprobs', { logprobs: true }],
    ['top_logprobs', { top_logprobs: 3 }],
    ['verbosity', { verbosity: 'low' }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['audio', { audio: { voice: 'alloy', format: 'mp3' } }],
    ['prediction', { prediction: { type: 'content', content: 'x' } }],
    ['store', { store: true }],
    ['metadata.team', { metadata: { team: 'a' } }],
    ['prompt_cache_key', { prompt_cache_key: 'k' }],
    ['prompt_cache_options', { prompt_cache_options: { mode: 'explicit' } }],
    ['moderation', { moderation: { model: 'x' } }],
    ['service_tier', { service_tier: 'flex' }],
    ['messages[0].name', { messages: [{ ...user, name: '민수' }] }],
    [
      'messages[0].content[0].image_url.detail',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } }],
          },
        ],
      },
    ],
    [
      'messages[1].reasoning_content',
      { messages: [user, { role: 'assistant', content: 'a', reasoning_content: 'b' }] },
    ],
    ['stream_options.x', { stream_options: { include_usage: true, x: 1 } }],
    ['max_tokens', { max_tokens: 5 }],
    ['user', { safety_identifier: 'a', user: 'b' }],
  ])('is dropped: %s', (field, more) => {
    expect(lossesOf(more)).toEqual([expect.objectContaining({ field, action: 'dropped' })])
  })

  it('loses nothing where it says what is so anyway', () => {
    const silent = {
      n: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      logit_bias: {},
      logprobs: false,
      top_logprobs: null,
      verbosity: 'medium',
      modalities: ['text'],
      store: false,
      metadata: {},
      service_tier: 'auto',
      stream: false,
      stream_options: { include_usage: true },
      parallel_tool_calls: true,
      response_format: { type: 'text' },
      seed: null,
      user: 'a',
      safety_identifier: 'a',
    }
    expect(lossesOf(silent)).toEqual([])
  })

  it.each<[string, JsonObject]>([
    ['n', { n: 2 }],
    ['functions', { functions: [{ name: 'a' }] }],
    ['web_search_options', { web_search_options: {} }],
    ['tools[0]', { tools: [{ type: 'custom', custom: { name: 'a' } }] }],
    ['tool_choice', { tools: [tool('a')], tool_choice: { type: 'custom', custom: { name: 'a' } } }],
    [
      'tool_choice.allowed_tools.tools',
      {
        tools: [tool('a')],
        tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [tool('b')] } },
      },
    ],
    [
      'messages[0].content[0].type',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
    ],
    [
      'messages[0].content[0].file.file_id',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }] },
    ],
    ['messages[0].role', { messages: [{ role: 'function', name: 'a', content: 'b' }] }],
    ['messages', { messages: null }],
    ['messages', { messages: 'hi' }],
    ['messages[1]', { messages: [user, 3] }],
    ['response_format.json_schema.schema', { response_format: { type: 'json_schema' } }],
    ['max_completion_tokens', { max_completion_tokens: '10' }],
    ['stop[1]', { stop: ['a', 1] }],
  ])('fails where the answer would be another one: %s', (field, more) => {
    expect(translate(more)).toMatchObject({ kind: 'untranslatable', field })
  })
})

describe('a temperature', () => {
  it.each([
    ['claude-3-5-haiku-20241022', 0.7, 0.7],
    ['claude-sonnet-4-20250514', 0, 0],
    ['claude-opus-4-6', 1, 1],
  ])('is sent as it is to %s', (model, given, expected) => {
    expect(sent({ temperature: given }, { model })).toMatchObject({ temperature: expected })
    expect(lossesOf({ temperature: given }, { model })).toEqual([])
  })

  it('is cut off at 1', () => {
    expect(sent({ temperature: 1.5 })).toMatchObject({ temperature: 1 })
    expect(lossesOf({ temperature: 1.5 })).toEqual([
      { field: 'temperature', action: 'clamped', from: '1.5', to: '1' },
    ])
  })

  it.each(['claude-opus-4-7', 'claude-sonnet-5-5', 'claude-mythos-preview'])(
    'is dropped unless it is 1 by %s',
    (model) => {
      expect(lossesOf({ temperature: 0.5, top_p: 0.9 }, { model })).toMatchObject([
        { field: 'temperature', action: 'dropped' },
        { field: 'top_p', action: 'dropped' },
      ])
      expect(lossesOf({ temperature: 1, top_p: 1 }, { model })).toEqual([])
      expect(sent({ temperature: 1 }, { model })).not.toHaveProperty('temperature')
    },
  )

  it('is dropped in the version that has none', () => {
    const headers = { 'anthropic-version': '2026-10-21' }
    expect(lossesOf({ temperature: 0.5 }, { headers })).toMatchObject([{ action: 'dropped' }])
  })
})

describe('an effort', () => {
  it.each([
    ['none', { thinking: { type: 'disabled' } }],
    ['minimal', { output_config: { effort: 'low' } }],
    ['low', { output_config: { effort: 'low' } }],
    ['medium', { output_config: { effort: 'medium' } }],
    ['high', { output_config: { effort: 'high' } }],
    ['xhigh', { output_config: { effort: 'xhigh' } }],
    ['max', { output_config: { effort: 'max' } }],
  ])('is an effort to newer models: %s', (effort, expected) => {
    expect(sent({ reasoning_effort: effort })).toMatchObject(expected)
  })

  const model = 'claude-haiku-4-5'

  it.each([
    ['low', 20_000, 1_024],
    ['medium', 20_000, 4_096],
    ['high', 20_000, 16_384],
    ['max', 20_000, 16_384],
    // Half of the limit where the budget would not leave room for an answer.
    ['high', 10_000, 5_000],
    ['medium', 1_500, 1_024],
  ])('is a budget to older ones: %s of %i', (effort, max, budget) => {
    const more = { reasoning_effort: effort, max_completion_tokens: max }
    expect(sent(more, { model })).toMatchObject({ thinking: { type: 'enabled', budget_tokens: budget } })
    expect(lossesOf(more, { model })).toMatchObject([{ field: 'reasoning_effort', action: 'approximated' }])
  })

  it.each<[string, JsonObject, string]>([
    ['there is no room to think', { max_completion_tokens: 1_024 }, model],
    ['a tool must be called', { tools: [tool('a')], tool_choice: 'required' }, model],
    ['the model does not think', {}, 'claude-3-5-haiku-20241022'],
  ])('is dropped where %s', (_why, more, old) => {
    expect(lossesOf({ reasoning_effort: 'low', ...more }, { model: old })).toMatchObject([
      { field: 'reasoning_effort', action: 'dropped' },
    ])
  })
})

describe('a later system message', () => {
  const messages = [user, { role: 'assistant', content: '네' }, { role: 'system', content: '존댓말로' }, user]

  it('moves up, and says so', () => {
    expect(sent({ messages })).toMatchObject({ system: '존댓말로' })
    expect(lossesOf({ messages })).toEqual([{ field: 'messages[2]', action: 'moved', to: 'system' }])
  })

  it('keeps its place in the version that has one for it', () => {
    const context = { headers: { 'anthropic-version': '2026-10-21' } }
    expect(sent({ messages }, context).messages).toEqual(messages)
    expect(lossesOf({ messages }, context)).toEqual([])
  })
})

describe('results of tools', () => {
  it('lie in one turn, before what the user said between them', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'a', arguments: '' } })
    const messages = [
      user,
      { role: 'assistant', tool_calls: [call('1'), call('2')] },
      { role: 'tool', tool_call_id: '1', content: 'one' },
      user,
      { role: 'tool', tool_call_id: '2', content: 'two' },
    ]
    expect((sent({ messages }).messages as readonly unknown[]).at(-1)).toEqual({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: '1', content: 'one' },
        { type: 'tool_result', tool_use_id: '2', content: 'two' },
        { type: 'text', text: '안녕' },
      ],
    })
    expect(lossesOf({ messages })).toMatchObject([{ field: 'messages[4]', action: 'moved' }])
  })
})
