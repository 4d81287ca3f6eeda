import type { JsonObject } from '../json.ts'
import type { Tokens } from './usage.ts'

export const usageMetadataOf = ({ input, cached, output, thoughts }: Tokens): JsonObject => ({
  promptTokenCount: input,
  candidatesTokenCount: output - thoughts,
  totalTokenCount: input + output,
  ...(cached > 0 && { cachedContentTokenCount: cached }),
  ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
})
