import type { Usage } from '../../money/usage.ts'
import { count } from '../answers/count.ts'
import { isRecord, type JsonObject } from '../answers/json.ts'

/**
 * Undefined where input or output is not told, or where a figure cannot be true. What was read from the cache and
 * written to it is not in `input_tokens`; thoughts are in `output_tokens`.
 */
export const readUsage = (value: unknown): Usage | undefined => {
  if (!isRecord(value)) return undefined
  const cachedTokens = count(value.cache_read_input_tokens ?? 0)
  const cacheWriteTokens = count(value.cache_creation_input_tokens ?? 0)
  const usage = {
    promptTokens: count(count(value.input_tokens ?? Number.NaN) + cachedTokens + cacheWriteTokens),
    cachedTokens,
    cacheWriteTokens,
    cacheWrite1hTokens: count(within(value.cache_creation).ephemeral_1h_input_tokens ?? 0),
    completionTokens: count(value.output_tokens ?? Number.NaN),
    reasoningTokens: count(within(value.output_tokens_details).thinking_tokens ?? 0),
  }
  return isTrue(usage) ? usage : undefined
}

const isTrue = (usage: Required<Usage>): boolean =>
  usage.promptTokens >= 0 &&
  usage.cacheWrite1hTokens <= usage.cacheWriteTokens &&
  usage.reasoningTokens <= usage.completionTokens

const NOTHING: JsonObject = {}

const within = (value: unknown): JsonObject => (isRecord(value) ? value : NOTHING)
