import { EFFORTS, isEffort, thinkingOfEffort } from '../../gemini/thinking.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'

/** `reasoning_effort` as a `thinkingConfig`. */
export const toThinkingConfig = (fields: Fields, model: string): JsonObject | undefined => {
  const effort = fields.string('reasoning_effort')
  if (effort === undefined) return undefined
  if (!isEffort(effort)) {
    fields.refuse('reasoning_effort', `must be one of ${EFFORTS.join(', ')}`)
    return undefined
  }
  const { config, saidAs } = thinkingOfEffort(effort, model)
  if (!config && effort !== 'none') fields.drop('reasoning_effort')
  if (saidAs !== undefined) fields.approximate('reasoning_effort', saidAs)
  return config
}
