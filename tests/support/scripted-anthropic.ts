import type { Config } from '@sheepfold/gateway'

export const CLAUDE = 'claude-sonnet-4-5'

/** The provider of Claude's models is spoken to in Anthropic's own format. */
export const speaksAnthropic = (config: Config): Config => ({
  ...config,
  deployments: config.deployments.map((each) =>
    each.providerModel === CLAUDE ? { ...each, provider: 'anthropic' } : each,
  ),
})

export const USAGE = {
  input_tokens: 9,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 4,
  service_tier: 'standard',
}

export const messageAnswer = (text: string, more: object = {}): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
  content: [{ type: 'text', text }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: USAGE,
  ...more,
})

export const errorAnswer = (type: string, message: string): object => ({
  type: 'error',
  error: { type, message },
  request_id: 'req_theirs',
})

/** An event of a message's stream. */
export const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`

export const START =
  event('message_start', {
    message: {
      ...messageAnswer(''),
      content: [],
      stop_reason: null,
      usage: { ...USAGE, output_tokens: 1 },
    },
  }) + event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })

export const textDelta = (text: string): string =>
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })

export const END =
  event('content_block_stop', { index: 0 }) +
  event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: USAGE }) +
  event('message_stop')
