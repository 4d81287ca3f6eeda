import { NO_USAGE, type Usage } from '../../money/usage.ts'
import { count } from '../answers/count.ts'
import { isRecord } from '../answers/json.ts'

/**
 * `UsageMetadata`. A count of zero is left out, but no prompt is empty: undefined where its count is missing, or
 * where a figure cannot be true.
 */
export const readUsage = (value: unknown): Usage | undefined => {
  if (!isRecord(value)) return undefined
  const prompt = count(value.promptTokenCount ?? Number.NaN)
  const reasoningTokens = count(value.thoughtsTokenCount ?? 0)
  const usage = {
    ...NO_USAGE,
    // What tools of the provider found is read by the model too, and billed as input.
    promptTokens: prompt + count(value.toolUsePromptTokenCount ?? 0),
    cachedTokens: count(value.cachedContentTokenCount ?? 0),
    // Thoughts are no part of the candidates, and billed as output.
    completionTokens: count(value.candidatesTokenCount ?? 0) + reasoningTokens,
    reasoningTokens,
  }
  return usage.cachedTokens <= prompt && usage.completionTokens >= 0 ? usage : undefined
}
