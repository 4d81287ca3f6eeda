import { type JsonObject, parseObject } from '../json.ts'

/** Results are objects; a text that is none becomes the output of one. */
export const toResponse = (text: string): JsonObject => parseObject(text) ?? { output: text }
