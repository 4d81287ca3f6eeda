import type { Fields } from '../../reading/fields.ts'

/** Anthropic's messages want a limit. */
export const toOutputLimit = (fields: Fields, outputTokensDefault: number): number => {
  const current = fields.number('max_completion_tokens')
  const old = fields.number('max_tokens')
  if (current !== undefined && old !== current) fields.drop('max_tokens')
  const limit = current ?? old
  if (limit !== undefined) return limit
  const field = fields.at('max_completion_tokens')
  fields.report.defaulted(field, outputTokensDefault)
  return outputTokensDefault
}
