import type { CacheUse } from '../breakpoint-cache.ts'
import { fiveMinutesMs, oneHourMs } from './blocks.ts'

export interface Used {
  /** All of the prompt, with what the cache had and got of it. */
  readonly prompt: number
  readonly cache: CacheUse
  /** With what was thought. */
  readonly output: number
  readonly thinking: number
}

export const writtenTokens = ({ written }: CacheUse): number =>
  [...written.values()].reduce((sum, tokens) => sum + tokens, 0)

/** What of the prompt the cache had nothing to do with. */
export const uncachedTokens = ({ prompt, cache }: Used): number => prompt - cache.read - writtenTokens(cache)

export const usageObject = (used: Used) => ({
  ...usageSoFar(used),
  cache_creation: {
    ephemeral_5m_input_tokens: used.cache.written.get(fiveMinutesMs) ?? 0,
    ephemeral_1h_input_tokens: used.cache.written.get(oneHourMs) ?? 0,
  },
  service_tier: 'standard',
  speed: null,
  inference_geo: null,
})

/** What the end of a stream repeats of it. */
export const usageSoFar = (used: Used) => ({
  input_tokens: uncachedTokens(used),
  cache_creation_input_tokens: writtenTokens(used.cache),
  cache_read_input_tokens: used.cache.read,
  output_tokens: used.output,
  output_tokens_details: { thinking_tokens: used.thinking },
  server_tool_use: null,
})
