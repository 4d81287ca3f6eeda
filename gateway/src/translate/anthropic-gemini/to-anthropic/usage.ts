import { NO_USAGE, type Usage } from '../../../money/usage.ts'
import type { JsonObject } from '../../json.ts'

/** What an event of a stream tells of tokens; Anthropic counts cached ones apart from the others. */
export const toUsageSoFar = (usage: Usage = NO_USAGE): JsonObject => ({
  input_tokens: usage.promptTokens - usage.cachedTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: usage.cachedTokens,
  output_tokens: usage.completionTokens,
  output_tokens_details: { thinking_tokens: usage.reasoningTokens },
  server_tool_use: null,
})

export const toUsage = (usage: Usage | undefined): JsonObject => ({
  ...toUsageSoFar(usage),
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  service_tier: 'standard',
  speed: null,
  inference_geo: null,
})
