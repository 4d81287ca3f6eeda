import type { JsonObject } from '../json.ts'

/** What a stream of Anthropic's says of a message before its first word, beside its head and its usage. */
export const BEGUN: JsonObject = {
  content: [],
  stop_reason: null,
  stop_sequence: null,
  stop_details: null,
  container: null,
  diagnostics: null,
}
