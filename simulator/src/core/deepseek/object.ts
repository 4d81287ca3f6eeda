import type { Tokens } from '../call.ts'
import { jsonBody } from '../json-body.ts'

/** Everything that differs from one completion to the next. */
export interface Completion {
  readonly id: string
  readonly created: number
  readonly model: string
  /** Null where the model does not think. */
  readonly reasoning: string | null
  readonly content: string
  /** `stop`, `length` or `content_filter`. */
  readonly finish: string
  readonly tokens: Tokens
  /** The part of the tokens that the model thought with. */
  readonly reasoningTokens: number
}

export const FINGERPRINT = 'fp_8802369eaa_prod0820_fp8_kvcache'

/** What the cache held is said twice: in OpenAI's words, and in those that DeepSeek had before. */
export const usageObject = ({ tokens, reasoningTokens }: Completion) => ({
  prompt_tokens: tokens.prompt,
  completion_tokens: tokens.completion,
  total_tokens: tokens.prompt + tokens.completion,
  prompt_tokens_details: { cached_tokens: tokens.cached },
  completion_tokens_details: { reasoning_tokens: reasoningTokens },
  prompt_cache_hit_tokens: tokens.cached,
  prompt_cache_miss_tokens: tokens.prompt - tokens.cached,
})

export const completionBody = (completion: Completion, pretty: boolean): Buffer => {
  const { id, created, model, content, reasoning, finish } = completion
  const thoughts = reasoning === null ? {} : { reasoning_content: reasoning }
  return jsonBody(
    {
      id,
      object: 'chat.completion',
      created,
      model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content, ...thoughts },
          logprobs: null,
          finish_reason: finish,
        },
      ],
      usage: usageObject(completion),
      system_fingerprint: FINGERPRINT,
    },
    pretty,
  )
}
