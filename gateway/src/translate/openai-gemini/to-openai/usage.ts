import type { Tokens } from '../../gemini/usage.ts'
import type { JsonObject } from '../../json.ts'

export const toUsage = ({ input, cached, output, thoughts }: Tokens): JsonObject => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
  completion_tokens_details: { reasoning_tokens: thoughts },
})
