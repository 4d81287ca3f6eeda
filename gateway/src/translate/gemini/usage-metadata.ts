import type { Usage } from '../../money/usage.ts'
import type { JsonObject } from '../json.ts'

/** Counts of zero are left out, but for those that every answer has. */
export const usageMetadataOf = (usage: Usage): JsonObject => ({
  promptTokenCount: usage.promptTokens,
  candidatesTokenCount: usage.completionTokens - usage.reasoningTokens,
  totalTokenCount: usage.promptTokens + usage.completionTokens,
  ...(usage.cachedTokens > 0 && { cachedContentTokenCount: usage.cachedTokens }),
  ...(usage.reasoningTokens > 0 && { thoughtsTokenCount: usage.reasoningTokens }),
})
