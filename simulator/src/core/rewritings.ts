/** What faults make of the text of an answer, or of one event of a stream, and leave it the JSON that it is. */

/** DeepSeek's finish reason in the place of another. */
export const withoutResources = (text: string): string =>
  text.replace(/("finish_reason": ?)"\w+"/g, '$1"insufficient_system_resource"')

/** Gemini's, for a call of a function that cannot be read. */
export const withMalformedCall = (text: string): string =>
  text.replace(/("finishReason": ?)"\w+"/g, '$1"MALFORMED_FUNCTION_CALL"')

/** Everything of an answer of Gemini's but what it says of itself. */
export const withoutCandidates = (text: string): string =>
  text.replace(/"candidates": ?\[.*\],\s*(?="usageMetadata")/s, '')
