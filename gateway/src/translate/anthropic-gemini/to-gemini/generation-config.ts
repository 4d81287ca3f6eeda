import { toStopSequences } from '../../gemini/stop-sequences.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { presentOrNothing } from '../../reading/present.ts'
import { shown } from '../../report.ts'
import { toThinkingConfig } from './thinking.ts'

export const toGenerationConfig = (fields: Fields, model: string): JsonObject | undefined => {
  const output = fields.object('output_config')
  const config = presentOrNothing({
    maxOutputTokens: fields.number('max_tokens'),
    temperature: fields.number('temperature'),
    topP: fields.number('top_p'),
    topK: fields.number('top_k'),
    stopSequences: toStopSequences(fields, 'stop_sequences'),
    ...toOutputFormat(output),
    thinkingConfig: toThinkingConfig(fields, output, model),
  })
  output?.dropRest()
  return config
}

const toOutputFormat = (output: Fields | undefined): JsonObject => {
  const format = output?.object('format')
  if (!format) return {}
  const type = format.string('type')
  if (type !== 'json_schema') format.refuse('type', `must be json_schema, and is ${shown(type)}`)
  const schema = format.json('schema')
  if (!schema) format.refuse('schema', 'is required')
  format.dropRest()
  return { responseMimeType: 'application/json', responseJsonSchema: schema }
}
