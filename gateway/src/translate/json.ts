import { isRecord, type JsonObject } from '../provider/answers/json.ts'

export { isRecord as isObject, type JsonObject, parseObject } from '../provider/answers/json.ts'

/** The objects of a list from the wire; none where it is no list. */
export const objectsOf = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isRecord) : []
