import { NO_USAGE, type Usage } from '../../../money/usage.ts'
import { usageMetadataOf } from '../../gemini/usage-metadata.ts'
import { isObject, type JsonObject, objectsOf } from '../../json.ts'
import { present } from '../../reading/present.ts'

/** A message, as an answer of `generateContent`. Never throws. */
export const toGeminiAnswer = ({
  id,
  model,
  content,
  stop_reason,
  stop_details,
  usage,
}: JsonObject): JsonObject =>
  present({
    candidates: [
      present({
        content: { role: 'model', parts: objectsOf(content).flatMap(toPart) },
        finishReason: FINISH_REASONS.get(stop_reason) ?? 'OTHER',
        finishMessage: isObject(stop_details) ? (stop_details.explanation ?? undefined) : undefined,
        index: 0,
      }),
    ],
    usageMetadata: isObject(usage) ? usageMetadataOf(readUsage(usage)) : undefined,
    modelVersion: model,
    responseId: typeof id === 'string' ? id.replace(/^msg_/, '') : undefined,
  })

const FINISH_REASONS: ReadonlyMap<unknown, string> = new Map([
  ['end_turn', 'STOP'],
  ['stop_sequence', 'STOP'],
  ['tool_use', 'STOP'],
  ['max_tokens', 'MAX_TOKENS'],
  ['model_context_window_exceeded', 'MAX_TOKENS'],
  ['pause_turn', 'CONTINUATION'],
  ['refusal', 'SAFETY'],
])

const toPart = ({ type, text, thinking, id, name, input }: JsonObject): readonly JsonObject[] => {
  if (type === 'text') return [{ text }]
  if (type === 'thinking') return [{ text: thinking, thought: true }]
  return type === 'tool_use' ? [{ functionCall: { id, name, args: input } }] : []
}

/** Anthropic counts what was read from a cache, and written to one, apart from the other input. */
const readUsage = (usage: JsonObject): Usage => {
  const cachedTokens = count(usage.cache_read_input_tokens)
  const { output_tokens_details: details } = usage
  return {
    ...NO_USAGE,
    promptTokens: count(usage.input_tokens) + count(usage.cache_creation_input_tokens) + cachedTokens,
    cachedTokens,
    completionTokens: count(usage.output_tokens),
    reasoningTokens: isObject(details) ? count(details.thinking_tokens) : 0,
  }
}

const count = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)
