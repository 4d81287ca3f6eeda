import type { Tokens } from '../../call.ts'

/** Everything that differs from one `text_completion` to the next. */
export interface TextCompletion {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly choices: readonly TextChoice[]
  readonly tokens: Tokens
}

export interface TextChoice {
  /** The prompt, where it is wanted before the text. */
  readonly echoed: string
  readonly text: string
  /** `stop`, `length` or `content_filter`. */
  readonly finish: string
}

export const textUsage = ({ prompt, completion }: Tokens) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
})

export const textCompletionObject = ({ id, created, model, choices, tokens }: TextCompletion) => ({
  id,
  object: 'text_completion',
  created,
  model,
  choices: choices.map(({ echoed, text, finish }, index) => ({
    text: echoed + text,
    index,
    logprobs: null,
    finish_reason: finish,
  })),
  usage: textUsage(tokens),
})
