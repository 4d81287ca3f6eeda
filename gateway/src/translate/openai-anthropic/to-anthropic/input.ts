import { type JsonObject, parseObject } from '../../json.ts'

/**
 * The arguments of a call that a model made. What is no JSON object, such as arguments that the limit cut, was
 * paid for all the same: it is kept as the text that it is.
 */
export const inputOf = (text: unknown): JsonObject => {
  if (typeof text !== 'string' || text === '') return {}
  return parseObject(text) ?? { unparsed_arguments: text }
}
