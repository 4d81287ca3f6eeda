import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'

/** An answer without these would be another one than was asked for. */
export const refuseInexpressible = (request: JsonObject, report: Report): void => {
  if (isGiven(request.n) && request.n !== 1) {
    report.refuse('n', 'must be 1: this model gives one answer to a request.')
  }
  for (const field of ['functions', 'function_call']) {
    if (isGiven(request[field])) {
      report.refuse(field, "is the old way to give functions, which this model does not have; use 'tools'.")
    }
  }
  if (isGiven(request.web_search_options)) {
    report.refuse('web_search_options', 'asks for a search that this model does not have.')
  }
}

/** Fields that are dropped unless they say what happens without them. */
const WITHOUT_COUNTERPART: Readonly<Record<string, (value: unknown) => boolean>> = {
  seed: () => false,
  presence_penalty: (value) => value === 0,
  frequency_penalty: (value) => value === 0,
  logit_bias: (value) => isObject(value) && Object.keys(value).length === 0,
  logprobs: (value) => value === false,
  top_logprobs: (value) => value === 0,
  verbosity: (value) => value === 'medium',
  modalities: (value) => Array.isArray(value) && value.length === 1 && value[0] === 'text',
  audio: () => false,
  prediction: () => false,
  store: (value) => value === false,
  moderation: () => false,
  prompt_cache_key: () => false,
  prompt_cache_options: () => false,
  prompt_cache_retention: () => false,
}

export const dropWithoutCounterpart = (request: JsonObject, report: Report): void => {
  for (const [field, changesNothing] of Object.entries(WITHOUT_COUNTERPART)) {
    const value = request[field]
    if (isGiven(value) && !changesNothing(value)) report.dropped(field, value)
  }
  if (isObject(request.stream_options))
    report.dropUnknown(request.stream_options, STREAM_OPTIONS, 'stream_options')
}

/** Padding of events hides their length from listeners; ours have none, whichever is asked for. */
const STREAM_OPTIONS: ReadonlySet<string> = new Set(['include_usage', 'include_obfuscation'])

export const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(WITHOUT_COUNTERPART),
  'model',
  'messages',
  'max_completion_tokens',
  'max_tokens',
  'temperature',
  'top_p',
  'stop',
  'n',
  'response_format',
  'reasoning_effort',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'functions',
  'function_call',
  'web_search_options',
  'safety_identifier',
  'user',
  'metadata',
  'service_tier',
  'stream',
  'stream_options',
])
