import type { Tokens } from '../../gemini/usage.ts'
import type { JsonObject } from '../../json.ts'

/** What an event of a stream tells of tokens; Anthropic counts cached ones apart from the others. */
export const toUsageSoFar = (tokens: Tokens | undefined): JsonObject => ({
  input_tokens: tokens ? Math.max(tokens.input - tokens.cached, 0) : 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: tokens?.cached ?? 0,
  output_tokens: tokens?.output ?? 0,
  output_tokens_details: { thinking_tokens: tokens?.thoughts ?? 0 },
  server_tool_use: null,
})

export const toUsage = (tokens: Tokens | undefined): JsonObject => ({
  ...toUsageSoFar(tokens),
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  service_tier: 'standard',
  speed: null,
  inference_geo: null,
})
