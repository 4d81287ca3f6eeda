/** Anthropic's reasons in the words of chat completions; one that we do not know stays as it is. */
export const finishReasonOf = (stopReason: string): string => WORDS.get(stopReason) ?? stopReason

const WORDS: ReadonlyMap<string, string> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
])
