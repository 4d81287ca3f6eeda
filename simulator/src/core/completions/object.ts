import type { Tokens } from '../call.ts'

/** Everything that differs from one `text_completion` to the next. */
export interface TextCompletion {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly choices: readonly TextChoice[]
  readonly tokens: Tokens
}

export interface TextChoice {
  readonly text: string
  /** `stop`, `length` or `content_filter`. */
  readonly finish: string
}

export const textCompletionObject = ({ id, created, model, choices, tokens }: TextCompletion) => ({
  id,
  object: 'text_completion',
  created,
  model,
  choices: choices.map(({ text, finish }, index) => ({ text, index, logprobs: null, finish_reason: finish })),
  usage: {
    prompt_tokens: tokens.prompt,
    completion_tokens: tokens.completion,
    total_tokens: tokens.prompt + tokens.completion,
  },
})
