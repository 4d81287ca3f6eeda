import { readFormat, refuseOtherModalities } from '../../gemini/request/output-format.ts'
import { effortOfBudget, readThinking } from '../../gemini/request/thinking.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'

const STOP_MAX = 4

/** The `generationConfig`, as the members of a request that say how to answer. */
export const toParameters = (fields: Fields): JsonObject => {
  const config = fields.object('generationConfig')
  if (!config) return {}
  refuseOtherModalities(config)
  const parameters = {
    max_completion_tokens: config.number('maxOutputTokens'),
    temperature: config.number('temperature'),
    top_p: config.number('topP'),
    stop: toStop(config),
    n: config.number('candidateCount'),
    seed: config.number('seed'),
    presence_penalty: config.number('presencePenalty'),
    frequency_penalty: config.number('frequencyPenalty'),
    logprobs: config.boolean('responseLogprobs'),
    top_logprobs: config.number('logprobs'),
    response_format: toResponseFormat(config),
    reasoning_effort: toEffort(config),
  }
  config.dropRest()
  return parameters
}

const toStop = (config: Fields): readonly string[] | undefined => {
  const sequences = config.strings('stopSequences')
  if (sequences && sequences.length > STOP_MAX) {
    config.refuse('stopSequences', `holds ${sequences.length} strings; the model takes ${STOP_MAX}`)
  }
  return sequences?.length === 0 ? undefined : sequences
}

/** A schema must have a name there. */
const toResponseFormat = (config: Fields): JsonObject | undefined => {
  const format = readFormat(config)
  if (format.kind === 'text') return undefined
  if (format.kind === 'json') return { type: 'json_object' }
  const { schema } = format
  const title = typeof schema.title === 'string' ? schema.title : ''
  const name = /^[\w-]{1,64}$/.test(title) ? title : 'answer'
  return { type: 'json_schema', json_schema: { name, schema } }
}

const toEffort = (config: Fields): string | undefined => {
  const thinking = config.object('thinkingConfig')
  if (!thinking) return undefined
  const asked = readThinking(thinking)
  const effort = asked.kind === 'budget' ? effortOfBudget(thinking, asked.tokens) : undefined
  // Thoughts are not shown in this format.
  if (thinking.take('includeThoughts') !== false) thinking.drop('includeThoughts')
  thinking.dropRest()
  return asked.kind === 'effort' ? asked.effort : effort
}
