import type { JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'

/** Anthropic's messages want a limit. One of a wrong type is passed on, for the provider to judge. */
export const outputLimitToAnthropic = (
  { max_completion_tokens: current, max_tokens: old }: JsonObject,
  outputTokensDefault: number,
  report: Report,
): unknown => {
  if (isGiven(current)) {
    if (isGiven(old) && old !== current) report.dropped('max_tokens', old)
    return current
  }
  if (isGiven(old)) return old
  report.defaulted('max_completion_tokens', outputTokensDefault)
  return outputTokensDefault
}
