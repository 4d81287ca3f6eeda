import { NO_USAGE, type Usage } from '../../../money/usage.ts'
import { usageMetadataOf } from '../../gemini/usage-metadata.ts'
import { isObject, type JsonObject, objectsOf, parseObject } from '../../json.ts'
import { present } from '../../reading/present.ts'

/** A `chat.completion`, as an answer of `generateContent`. Never throws. */
export const toGeminiAnswer = ({ id, model, choices, usage }: JsonObject): JsonObject =>
  present({
    candidates: objectsOf(choices).map(toCandidate),
    usageMetadata: isObject(usage) ? usageMetadataOf(readUsage(usage)) : undefined,
    modelVersion: model,
    responseId: typeof id === 'string' ? id.replace(/^chatcmpl-/, '') : undefined,
  })

const toCandidate = (choice: JsonObject, at: number): JsonObject => {
  const { index = at, finish_reason, logprobs } = choice
  const message = isObject(choice.message) ? choice.message : {}
  const isFiltered = finish_reason === 'content_filter'
  const refusal = stringOr(message.refusal)
  return present({
    content: { role: 'model', parts: [...toParts(message), ...textParts(isFiltered ? undefined : refusal)] },
    finishReason: FINISH_REASONS.get(finish_reason) ?? 'OTHER',
    finishMessage: isFiltered ? refusal : undefined,
    index,
    logprobsResult: isObject(logprobs) ? toLogprobsResult(logprobs) : undefined,
  })
}

const FINISH_REASONS: ReadonlyMap<unknown, string> = new Map([
  ['stop', 'STOP'],
  ['tool_calls', 'STOP'],
  ['length', 'MAX_TOKENS'],
  ['content_filter', 'SAFETY'],
])

const toParts = ({ reasoning_content, content, tool_calls }: JsonObject): readonly JsonObject[] => [
  ...textParts(stringOr(reasoning_content)).map((part) => ({ ...part, thought: true })),
  ...textParts(stringOr(content)),
  ...objectsOf(tool_calls).map(toFunctionCall),
]

const textParts = (text: string | undefined): readonly JsonObject[] => (text ? [{ text }] : [])

const toFunctionCall = ({ id, function: called, extra_content }: JsonObject): JsonObject => {
  const { name, arguments: text } = isObject(called) ? called : {}
  const google = isObject(extra_content) && isObject(extra_content.google) ? extra_content.google : {}
  return present({
    functionCall: { id, name, args: typeof text === 'string' ? (parseObject(text) ?? {}) : {} },
    thoughtSignature: google.thought_signature,
  })
}

const toLogprobsResult = ({ content }: JsonObject): JsonObject => {
  const tokens = objectsOf(content)
  return {
    chosenCandidates: tokens.map(toToken),
    topCandidates: tokens.map(({ top_logprobs }) => ({ candidates: objectsOf(top_logprobs).map(toToken) })),
  }
}

const toToken = ({ token, logprob }: JsonObject): JsonObject => ({ token, logProbability: logprob })

const readUsage = (usage: JsonObject): Usage => {
  const { prompt_tokens_details: input, completion_tokens_details: output } = usage
  return {
    ...NO_USAGE,
    promptTokens: count(usage.prompt_tokens),
    cachedTokens: isObject(input) ? count(input.cached_tokens) : 0,
    completionTokens: count(usage.completion_tokens),
    reasoningTokens: isObject(output) ? count(output.reasoning_tokens) : 0,
  }
}

const count = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)

const stringOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
