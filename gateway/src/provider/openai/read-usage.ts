import type { Usage } from '../../money/usage.ts'
import { count } from '../answers/count.ts'
import { isRecord } from '../answers/json.ts'

/**
 * Of chat and of text completions. Undefined where the two totals are not both there, or where a figure cannot be true: counts are money,
 * so a usage that contradicts itself is as good as none, and is counted by a tokenizer instead.
 */
export const readUsage = (value: unknown): Usage | undefined => {
  if (!isRecord(value)) return undefined
  const input = recordOr(value.prompt_tokens_details)
  const output = recordOr(value.completion_tokens_details)
  const usage = {
    promptTokens: count(value.prompt_tokens ?? Number.NaN),
    // DeepSeek's older form beside OpenAI's.
    cachedTokens: count(input.cached_tokens ?? value.prompt_cache_hit_tokens ?? 0),
    cacheWriteTokens: count(input.cache_write_tokens ?? 0),
    completionTokens: count(value.completion_tokens ?? Number.NaN),
    reasoningTokens: count(output.reasoning_tokens ?? 0),
  }
  return isTrue(usage) ? usage : undefined
}

/** Of embeddings, which generate nothing. */
export const readInputUsage = (value: unknown): Usage | undefined => {
  if (!isRecord(value)) return undefined
  const promptTokens = count(value.prompt_tokens ?? Number.NaN)
  const total = count(value.total_tokens ?? promptTokens)
  const usage = {
    promptTokens,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    completionTokens: 0,
    reasoningTokens: 0,
  }
  return promptTokens <= total ? usage : undefined
}

/** Of responses, which have other words for the same. */
export const readResponseUsage = (value: unknown): Usage | undefined => {
  if (!isRecord(value)) return undefined
  const input = recordOr(value.input_tokens_details)
  const output = recordOr(value.output_tokens_details)
  const usage = {
    promptTokens: count(value.input_tokens ?? Number.NaN),
    cachedTokens: count(input.cached_tokens ?? 0),
    cacheWriteTokens: count(input.cache_write_tokens ?? 0),
    completionTokens: count(value.output_tokens ?? Number.NaN),
    reasoningTokens: count(output.reasoning_tokens ?? 0),
  }
  return isTrue(usage) ? usage : undefined
}

const isTrue = (usage: Usage): boolean =>
  usage.cachedTokens + usage.cacheWriteTokens <= usage.promptTokens &&
  usage.reasoningTokens <= usage.completionTokens

const NONE: Readonly<Record<string, unknown>> = {}

const recordOr = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : NONE)
