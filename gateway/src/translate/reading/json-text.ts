import { isObject, type JsonObject } from '../json.ts'

export const parseObject = (text: string): JsonObject | undefined => {
  try {
    const json: unknown = JSON.parse(text)
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

/** '{}' for what is nested too deep to be written down. */
export const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? '{}'
  } catch {
    return '{}'
  }
}
