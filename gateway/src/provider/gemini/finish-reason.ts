/** Gemini's reasons in the words of chat completions; one that we do not know stays as it is. */
export const finishReasonOf = (reason: string, hasCall: boolean): string => {
  if (reason === 'STOP') return hasCall ? 'tool_calls' : 'stop'
  if (reason === 'MAX_TOKENS') return 'length'
  if (FILTERED.has(reason)) return 'content_filter'
  return OTHERWISE_DONE.has(reason) ? 'stop' : reason
}

const FILTERED: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'IMAGE_OTHER',
])

const OTHERWISE_DONE: ReadonlySet<string> = new Set([
  'CONTINUATION',
  'LANGUAGE',
  'MALFORMED_FUNCTION_CALL',
  'NO_IMAGE',
  'OTHER',
  'TOO_MANY_TOOL_CALLS',
  'UNEXPECTED_TOOL_CALL',
])
