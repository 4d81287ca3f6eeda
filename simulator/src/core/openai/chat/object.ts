import type { Tokens } from '../../call.ts'

/** Everything that differs from one `chat.completion` to the next. */
export interface Completion {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly choices: readonly Choice[]
  readonly tokens: Tokens
}

export interface Choice {
  readonly content: string | null
  readonly refusal: string | null
  /** `stop`, `length` or `content_filter`. */
  readonly finish: string
}

export const usageObject = ({ prompt, completion, cached }: Tokens) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: {
    cached_tokens: cached,
    audio_tokens: 0,
    cache_write_tokens: 0,
  },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})

/** What every answer, and every chunk of one, says of the machine behind it. */
export const served = { service_tier: 'default', system_fingerprint: 'fp_5ee9f01d5e' }

const completionObject = (completion: Completion) => ({
  id: completion.id,
  object: 'chat.completion',
  created: completion.created,
  model: completion.model,
  choices: completion.choices.map(({ content, refusal, finish }, index) => ({
    index,
    message: { role: 'assistant', content, refusal, annotations: [] },
    logprobs: null,
    finish_reason: finish,
  })),
  usage: usageObject(completion.tokens),
  ...served,
})

const stringified = (completion: Completion, pretty: boolean): string =>
  JSON.stringify(completionObject(completion), null, pretty ? 2 : 0)

/**
 * One choice with a text is nearly every answer, and JSON.stringify with indents takes 6 µs for it. So its frame
 * is stringified once, with marks where the values go, and cut there; filling it in takes 1 µs.
 */
const marks = { created: 1_001_001, prompt: 2_002_002, completion: 4_004_004, cached: 8_008_008 }

const cutFrame = (pretty: boolean): readonly string[] =>
  stringified(
    {
      id: '@',
      created: marks.created,
      model: '@',
      choices: [{ content: '@', refusal: null, finish: '@' }],
      tokens: { prompt: marks.prompt, cached: marks.cached, completion: marks.completion },
    },
    pretty,
  ).split(/"@"|1001001|2002002|4004004|6006006|8008008/)

const frames = { pretty: cutFrame(true), compact: cutFrame(false) }

const modelNames = new Map<string, string>()

const quotedModel = (model: string): string => {
  const known = modelNames.get(model)
  if (known !== undefined) return known
  const quoted = JSON.stringify(model)
  if (modelNames.size < 1_000) modelNames.set(model, quoted)
  return quoted
}

const filled = (completion: Completion, content: string, pretty: boolean): string => {
  const { id, created, model, tokens, choices } = completion
  const [
    head,
    afterId,
    afterCreated,
    afterModel,
    afterContent,
    afterFinish,
    afterPrompt,
    afterAnswer,
    afterTotal,
    tail,
  ] = pretty ? frames.pretty : frames.compact
  return `${head}"${id}"${afterId}${created}${afterCreated}${quotedModel(model)}${afterModel}${JSON.stringify(content)}${afterContent}"${choices[0]?.finish}"${afterFinish}${tokens.prompt}${afterPrompt}${tokens.completion}${afterAnswer}${tokens.prompt + tokens.completion}${afterTotal}${tokens.cached}${tail}`
}

export const completionBody = (completion: Completion, pretty: boolean): Buffer => {
  const [first, second] = completion.choices
  const plain = first !== undefined && second === undefined && first.refusal === null
  return Buffer.from(
    plain && first.content !== null
      ? filled(completion, first.content, pretty)
      : stringified(completion, pretty),
  )
}
