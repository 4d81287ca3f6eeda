import type { Tokens } from '../../call.ts'
import type { Body } from '../../record.ts'

/** Everything that differs from one `response` to the next. */
export interface ResponseParts {
  /** Without the prefix that says what it names. */
  readonly id: string
  readonly created: number
  readonly model: string
  readonly said: Said
  readonly tokens: Tokens
  readonly settings: Body
}

export interface Said {
  readonly text: string
  readonly isRefusal: boolean
  /** Why it is not whole: `max_output_tokens` or `content_filter`. */
  readonly incomplete: string | null
}

export const contentOf = ({ text, isRefusal }: Said) =>
  isRefusal
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', annotations: [], logprobs: [], text }

/** The settings of the request as they were taken, defaults where it had none. */
const settingsOf = (settings: Body) => ({
  parallel_tool_calls: settings.parallel_tool_calls ?? true,
  previous_response_id: null,
  prompt_cache_key: settings.prompt_cache_key ?? null,
  reasoning: settings.reasoning ?? { effort: null, summary: null },
  safety_identifier: settings.safety_identifier ?? null,
  service_tier: 'default',
  store: settings.store ?? true,
  temperature: settings.temperature ?? 1,
  text: settings.text ?? { format: { type: 'text' }, verbosity: 'medium' },
  tool_choice: settings.tool_choice ?? 'auto',
  tools: settings.tools ?? [],
  top_logprobs: settings.top_logprobs ?? 0,
  top_p: settings.top_p ?? 1,
  truncation: settings.truncation ?? 'disabled',
})

const statusOf = ({ incomplete }: Said) => (incomplete === null ? 'completed' : 'incomplete')

export const messageOf = ({ id, said }: ResponseParts) => ({
  id: `msg_${id}`,
  type: 'message',
  status: statusOf(said),
  content: [contentOf(said)],
  role: 'assistant',
})

export const responseObject = (parts: ResponseParts) => {
  const { id, created, model, said, tokens, settings } = parts
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: created,
    status: statusOf(said),
    background: false,
    error: null,
    incomplete_details: said.incomplete === null ? null : { reason: said.incomplete },
    instructions: settings.instructions ?? null,
    max_output_tokens: settings.max_output_tokens ?? null,
    max_tool_calls: settings.max_tool_calls ?? null,
    model,
    output: [messageOf(parts)],
    ...settingsOf(settings),
    usage: {
      input_tokens: tokens.prompt,
      input_tokens_details: { cached_tokens: tokens.cached, cache_write_tokens: 0 },
      output_tokens: tokens.completion,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: tokens.prompt + tokens.completion,
    },
    user: settings.user ?? null,
    metadata: settings.metadata ?? {},
  }
}
