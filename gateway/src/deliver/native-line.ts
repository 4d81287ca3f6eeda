import type { FinishedRequest, RequestError } from '../batch/dialect.ts'
import { formatUsd } from '../money/nano.ts'
import type { Usage } from '../money/usage.ts'

/**
 * One finished request as the native dialect shows it, ending in a line feed. `JSON.stringify` escapes line
 * feeds within strings, so there is no other one. Written by hand around the strings: this runs for every
 * answer.
 */
export const nativeLine = (finished: FinishedRequest): Buffer =>
  Buffer.from(
    `{"custom_id":${finished.customId},"index":${finished.index},"status":"${finished.kind}",` +
      `"output":${json(finished.text)},"model":${JSON.stringify(finished.model)},` +
      `"finish_reason":${json(finished.finishReason)},"usage":${usageJson(finished.usage)},` +
      `"cost":"${formatUsd(finished.charge)}","error":${errorJson(finished.error)}}\n`,
  )

const json = (text: string | null): string => (text === null ? 'null' : JSON.stringify(text))

const usageJson = (usage: Usage | null): string =>
  usage === null
    ? 'null'
    : `{"prompt_tokens":${usage.promptTokens},"completion_tokens":${usage.completionTokens},` +
      `"total_tokens":${usage.promptTokens + usage.completionTokens},"cached_tokens":${usage.cachedTokens}}`

const errorJson = (error: RequestError | null): string => {
  if (error === null) return 'null'
  const { code, message, status, providerError } = error
  return JSON.stringify({
    code,
    message,
    ...(status === undefined ? {} : { status }),
    ...(providerError === undefined ? {} : { provider_error: providerError }),
  })
}
