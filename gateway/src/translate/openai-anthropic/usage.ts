import { isObject, type JsonObject } from '../json.ts'

const NOTHING: JsonObject = {}

const within = (value: unknown): JsonObject => (isObject(value) ? value : NOTHING)

/** Missing counters are zero. */
const count = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0

/** Anthropic counts the input beside the cache, OpenAI with it. */
export const usageToOpenai = (usage: JsonObject): JsonObject => {
  const cached = count(usage.cache_read_input_tokens)
  const written = count(usage.cache_creation_input_tokens)
  const prompt = count(usage.input_tokens) + cached + written
  const completion = count(usage.output_tokens)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0, cache_write_tokens: written },
    completion_tokens_details: {
      reasoning_tokens: count(within(usage.output_tokens_details).thinking_tokens),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

export const usageToAnthropic = (usage: JsonObject): JsonObject => ({
  ...usageAtTheEnd(usage),
  // For how long it was written, OpenAI does not tell.
  cache_creation: null,
  service_tier: 'standard',
  speed: null,
  inference_geo: null,
})

/** What the last event of a stream repeats. */
export const usageAtTheEnd = (usage: JsonObject): JsonObject => {
  const details = within(usage.prompt_tokens_details)
  // DeepSeek's older form beside OpenAI's.
  const cached = count(details.cached_tokens ?? usage.prompt_cache_hit_tokens)
  const written = count(details.cache_write_tokens)
  return {
    input_tokens: Math.max(0, count(usage.prompt_tokens) - cached - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    output_tokens: count(usage.completion_tokens),
    output_tokens_details: {
      thinking_tokens: count(within(usage.completion_tokens_details).reasoning_tokens),
    },
    server_tool_use: null,
  }
}
