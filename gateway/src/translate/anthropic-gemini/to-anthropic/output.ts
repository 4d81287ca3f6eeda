import { readFormat, refuseOtherModalities } from '../../gemini/request/output-format.ts'
import { readThinking } from '../../gemini/request/thinking.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present, presentOrNothing } from '../../reading/present.ts'

export interface Output {
  readonly members: JsonObject
  /** Said in the system prompt where there is no member for it; '' for nothing. */
  readonly instruction: string
}

const JSON_INSTRUCTION = 'Answer with one JSON object and nothing else.'

/** What a message is to look like, and how much is to be thought about it. */
export const toOutput = (config: Fields): Output => {
  refuseOtherModalities(config)
  const format = readFormat(config)
  if (format.kind === 'json') config.approximate('responseMimeType', JSON_INSTRUCTION)
  const thinking = toThinking(config)
  return {
    members: present({
      stop_sequences: config.strings('stopSequences'),
      thinking: thinking.thinking,
      output_config: presentOrNothing({
        effort: thinking.effort,
        format: format.kind === 'schema' ? { type: 'json_schema', schema: format.schema } : undefined,
      }),
    }),
    instruction: format.kind === 'json' ? JSON_INSTRUCTION : '',
  }
}

interface Thinking {
  readonly thinking?: JsonObject | undefined
  readonly effort?: string | undefined
}

const toThinking = (config: Fields): Thinking => {
  const fields = config.object('thinkingConfig')
  if (!fields) return {}
  const asked = readThinking(fields)
  const isShown = fields.boolean('includeThoughts')
  fields.dropRest()
  const display = isShown === false ? 'omitted' : undefined
  if (asked.kind === 'budget') return { thinking: ofBudget(asked.tokens, display) }
  const thinking = isShown === undefined ? undefined : present({ type: 'adaptive', display })
  return asked.kind === 'effort' ? { thinking, effort: toEffort(fields, asked.effort) } : { thinking }
}

const ofBudget = (tokens: number, display: string | undefined): JsonObject =>
  tokens === 0 ? { type: 'disabled' } : present({ type: 'enabled', budget_tokens: tokens, display })

const toEffort = (fields: Fields, effort: string): string => {
  if (effort !== 'minimal') return effort
  fields.approximate('thinkingLevel', 'low')
  return 'low'
}
