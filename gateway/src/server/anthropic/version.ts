import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../errors.ts'

export const ANTHROPIC_VERSIONS = ['2023-01-01', '2023-06-01', '2026-10-21'] as const

export type AnthropicVersion = (typeof ANTHROPIC_VERSIONS)[number]

/** Every call of Anthropic's API names the version that its request and its answer are of. */
export const requireVersion = ({ 'anthropic-version': given }: IncomingHttpHeaders): AnthropicVersion => {
  const version = ANTHROPIC_VERSIONS.find((each) => each === given)
  if (version) return version
  const what = given === undefined ? 'is missing' : `is "${String(given).slice(0, 80)}"`
  const message = `The header "anthropic-version" ${what}; it must be one of ${ANTHROPIC_VERSIONS.join(', ')}`
  throw new ApiError('invalid_header', message, { field: 'anthropic-version' })
}
