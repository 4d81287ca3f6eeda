import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import type { Loss } from '../../loss.ts'
import type { RequestContext } from '../../translation.ts'
import { documentUrls } from './media.ts'
import { requestToOpenai } from './request.ts'

const user = { role: 'user', content: '안녕' }

type At = Partial<Pick<RequestContext, 'provider' | 'model' | 'isStream'>>

const translate = (more: JsonObject, at: At = {}) =>
  requestToOpenai(
    { model: 'm', max_tokens: 100, messages: [user], ...more },
    {
      provider: 'openai',
      model: 'gpt-5.1',
      outputTokensDefault: 4_096,
      media: new Map(),
      isStream: false,
      headers: {},
      ...at,
    },
  )

const translated = (more: JsonObject, at?: At): { request: JsonObject; losses: readonly Loss[] } => {
  const outcome = translate(more, at)
  if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
  return outcome
}

const userSaying = (...content: readonly JsonObject[]): JsonObject => ({
  messages: [{ role: 'user', content }],
})
const assistantSaying = (...content: readonly JsonObject[]): JsonObject => ({
  messages: [user, { role: 'assistant', content }, user],
})

const text = { type: 'text', text: 'a' }

describe('what OpenAI has no word for', () => {
  it.each<[string, Loss['action'], JsonObject]>([
    ['top_k', 'dropped', { top_k: 5 }],
    ['temperature', 'dropped', { temperature: 0.5 }],
    ['top_p', 'dropped', { top_p: 0.5 }],
    ['cache_control', 'approximated', { cache_control: { type: 'ephemeral' } }],
    [
      'messages[0].content[0].cache_control',
      'approximated',
      userSaying({ ...text, cache_control: { type: 'e' } }),
    ],
    [
      'messages[1].content[0]',
      'dropped',
      assistantSaying({ type: 'thinking', thinking: 'a', signature: 'b' }, text),
    ],
    ['messages[1].content[0]', 'dropped', assistantSaying({ type: 'redacted_thinking', data: 'a' }, text)],
    ['messages[1].content[0].citations', 'dropped', assistantSaying({ ...text, citations: [{ type: 'c' }] })],
    ['thinking.budget_tokens', 'approximated', { thinking: { type: 'enabled', budget_tokens: 2_048 } }],
    [
      'messages[0].content[0]',
      'approximated',
      userSaying({ type: 'search_result', title: 'a', source: 'b', content: [text] }),
    ],
    [
      'messages[0].content[0].is_error',
      'approximated',
      userSaying({ type: 'tool_result', tool_use_id: 'a', content: 'b', is_error: true }),
    ],
    ['messages[1]', 'approximated', { messages: [user, { role: 'assistant', content: 'It is' }] }],
    ['container', 'dropped', { container: 'a' }],
    ['inference_geo', 'dropped', { inference_geo: 'us' }],
    ['speed', 'dropped', { speed: 'fast' }],
    ['diagnostics', 'dropped', { diagnostics: { previous_message_id: 'a' } }],
    ['metadata.team', 'dropped', { metadata: { user_id: 'a', team: 'b' } }],
  ])('is reported: %s, %s', (field, action, more) => {
    expect(translated(more).losses).toEqual([expect.objectContaining({ field, action })])
  })

  it('loses nothing where it says what is so anyway', () => {
    const silent = {
      temperature: 1,
      top_p: 1,
      top_k: null,
      speed: 'standard',
      service_tier: 'auto',
      thinking: { type: 'adaptive' },
      tools: [{ type: 'custom', name: 'a', input_schema: { type: 'object' }, defer_loading: false }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: false },
      metadata: {},
      messages: [{ role: 'user', content: [{ ...text, citations: [] }] }],
    }
    expect(translated(silent).losses).toEqual([])
  })

  it.each<[string, JsonObject]>([
    ['tools[0].type', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['tool_choice.type', { tool_choice: { type: 'most' } }],
    ['stop_sequences', { stop_sequences: ['1', '2', '3', '4', '5'] }],
    ['stop_sequences[0]', { stop_sequences: [1] }],
    [
      'messages[0].content[0].source.type',
      userSaying({ type: 'image', source: { type: 'file', file_id: 'f' } }),
    ],
    ['messages[0].content[0].source.type', userSaying({ type: 'document', source: { type: 'file' } })],
    ['messages[0].content[0].type', userSaying({ type: 'container_upload', file_id: 'f' })],
    [
      'messages[1].content[0].type',
      assistantSaying({ type: 'server_tool_use', id: 'a', name: 'b', input: {} }),
    ],
    ['messages[0].role', { messages: [{ role: 'tool', content: 'a' }] }],
    ['messages[0].content', { messages: [{ role: 'user' }] }],
    ['messages', { messages: {} }],
    ['thinking.type', { thinking: { type: 'much' } }],
    ['output_config.format.type', { output_config: { format: { type: 'xml', schema: {} } } }],
  ])('fails where the answer would be another one: %s', (field, more) => {
    expect(translate(more)).toMatchObject({ kind: 'untranslatable', field })
  })
})

describe('what a provider takes', () => {
  it.each<[At, JsonObject, JsonObject]>([
    [{ model: 'gpt-4.1' }, { temperature: 0.5 }, { max_completion_tokens: 100, temperature: 0.5 }],
    [{ model: 'o3' }, { output_config: { effort: 'high' } }, { reasoning_effort: 'high' }],
    [{ model: 'gpt-5.6-sol' }, { thinking: { type: 'disabled' } }, { reasoning_effort: 'none' }],
    [{ provider: 'deepseek' }, { temperature: 0.5 }, { max_tokens: 100, temperature: 0.5 }],
    [{ provider: 'deepseek' }, { thinking: { type: 'disabled' } }, { thinking: { type: 'disabled' } }],
    [
      { provider: 'deepseek' },
      { thinking: { type: 'enabled', budget_tokens: 16_384 } },
      { thinking: { type: 'enabled' }, reasoning_effort: 'high' },
    ],
    [{ provider: 'deepseek' }, { output_config: { effort: 'xhigh' } }, { reasoning_effort: 'max' }],
    [{ provider: 'deepseek' }, { metadata: { user_id: 'u' } }, { user_id: 'u' }],
    [{ provider: 'openai' }, { metadata: { user_id: 'u' } }, { safety_identifier: 'u' }],
    [{ provider: 'compatible' }, { metadata: { user_id: 'u' } }, { user: 'u', max_tokens: 100 }],
    [{ isStream: true }, {}, { stream: true, stream_options: { include_usage: true } }],
  ])('is what is sent: %j', (at, more, expected) => {
    expect(translated(more, at).request).toMatchObject(expected)
  })

  it.each(['gpt-4.1', 'gpt-4o-mini', 'gpt-5-chat-latest', 'ft:gpt-4.1:acme'])(
    'is no effort, and nothing to think with: %s',
    (model) => {
      const more = { thinking: { type: 'enabled', budget_tokens: 2_048 }, output_config: { effort: 'low' } }
      const { request, losses } = translated(more, { model })
      expect(request).not.toHaveProperty('reasoning_effort')
      expect(losses.map(({ field }) => field)).toEqual(['thinking', 'output_config.effort'])
      expect(translated({ thinking: { type: 'disabled' } }, { model }).losses).toEqual([])
    },
  )

  it('is a breakpoint of the cache from the models on that have them', () => {
    const more = userSaying({ ...text, cache_control: { type: 'ephemeral' } })
    const parts = (model: string) => translated(more, { model }).request.messages
    expect(parts('gpt-5.6-sol')).toMatchObject([
      { content: [{ prompt_cache_breakpoint: { mode: 'explicit' } }] },
    ])
    expect(parts('gpt-5.4')).toEqual([{ role: 'user', content: [text] }])
  })

  it('is no file at DeepSeek', () => {
    const source = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }
    expect(translate(userSaying({ type: 'document', source }), { provider: 'deepseek' })).toMatchObject({
      kind: 'untranslatable',
      field: 'messages[0].content[0].source',
    })
  })
})

describe('a budget to think with', () => {
  const thinking = { type: 'enabled', budget_tokens: 4_096 }

  it('comes nearest to an effort that there is', () => {
    const { request, losses } = translated({ thinking }, { provider: 'deepseek' })
    expect(request).toMatchObject({ thinking: { type: 'enabled' }, reasoning_effort: 'high' })
    expect(losses).toEqual([
      { field: 'thinking.budget_tokens', action: 'approximated', from: '4096', to: 'the effort high' },
    ])
  })

  it('is less than an effort that is asked for, and is reported all the same', () => {
    const { request, losses } = translated({ thinking, output_config: { effort: 'low' } })
    expect(request).toMatchObject({ reasoning_effort: 'low' })
    expect(losses).toMatchObject([{ field: 'thinking.budget_tokens', to: 'the effort low' }])
  })
})

describe('documents by their addresses', () => {
  const document = (url: string) => ({ type: 'document', source: { type: 'url', url } })

  it('are found wherever they stand, each once', () => {
    const result = {
      type: 'tool_result',
      tool_use_id: 'a',
      content: [document('https://b'), document('https://a')],
    }
    expect(documentUrls(userSaying(document('https://a'), result))).toEqual(['https://a', 'https://b'])
  })

  it.each([
    {},
    { messages: 1 },
    { messages: [null, { content: 'a' }, { content: [1, { type: 'document' }] }] },
  ])('are none where there are none: %j', (request) => {
    expect(documentUrls(request)).toEqual([])
  })
})
