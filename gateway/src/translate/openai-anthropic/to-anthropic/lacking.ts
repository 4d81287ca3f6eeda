import type { Fields } from '../../reading/fields.ts'

/** An answer without these would be another one than was asked for. */
export const refuseWhatWouldBeWrong = (fields: Fields): void => {
  if ((fields.take('n') ?? 1) !== 1) fields.refuse('n', 'must be 1: this model gives one answer to a request')
  for (const name of ['functions', 'function_call']) {
    if (fields.take(name) !== undefined) fields.refuse(name, 'is an old form: use tools and tool_choice')
  }
  if (fields.take('web_search_options') !== undefined) {
    fields.refuse('web_search_options', 'asks for a search that this model does not have')
  }
}

/** What each says that is so anyway. */
const SAYING_NOTHING = Object.entries({
  presence_penalty: 0,
  frequency_penalty: 0,
  logprobs: false,
  top_logprobs: 0,
  verbosity: 'medium',
  store: false,
})

/** Everything else that nobody took is dropped too: `seed`, `prediction`, `prompt_cache_key` and the like. */
export const loseWhatAnthropicLacks = (fields: Fields): void => {
  for (const [name, nothing] of SAYING_NOTHING) {
    if (fields.take(name) !== nothing) fields.drop(name)
  }
  if (!isTextAlone(fields.take('modalities'))) fields.drop('modalities')
  const options = fields.object('stream_options')
  // Padding of events hides their length from listeners; there is none, whichever is asked for.
  options?.ignore('include_usage', 'include_obfuscation')
  options?.dropRest()
  fields.dropRest()
}

const isTextAlone = (modalities: unknown): boolean =>
  Array.isArray(modalities) && modalities.length === 1 && modalities[0] === 'text'
