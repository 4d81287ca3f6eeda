import type { Usage } from '../money/usage.ts'

/** Tokens in the words of our own API. */
export const tokensJson = (usage: Usage, estimated: number) => ({
  prompt_tokens: usage.promptTokens,
  completion_tokens: usage.completionTokens,
  total_tokens: usage.promptTokens + usage.completionTokens,
  cached_tokens: usage.cachedTokens,
  reasoning_tokens: usage.reasoningTokens,
  estimated_requests: estimated,
})
