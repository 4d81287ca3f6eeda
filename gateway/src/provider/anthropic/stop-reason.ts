/** Anthropic's reasons in the words of chat completions; one that we do not know stays as it is. */
export const finishReasonOf = (stopReason: string): string => FINISH_REASONS.get(stopReason) ?? stopReason

/** By Anthropic's reason: the word of chat completions. */
export const FINISH_REASONS: ReadonlyMap<unknown, string> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
])
