import type { Address } from '../maker.ts'
import type { ProviderError } from '../provider-error.ts'
import { invalidRequest } from './errors.ts'

export const versionHeader = 'anthropic-version'

/** From here on there is no sampling, and some blocks are refused where they never did anything. */
const strict = '2026-10-21'
const versions: readonly string[] = ['2023-01-01', '2023-06-01', strict]

export const versionError = ({ headers }: Address): ProviderError | undefined => {
  const version = headers[versionHeader]
  if (version === undefined) return invalidRequest(`${versionHeader}: header is required`)
  return versions.includes(version)
    ? undefined
    : invalidRequest(
        `${versionHeader}: "${version}" is not a valid version; supported versions are ${versions.join(', ')}`,
      )
}

/** Judged by itself: a request without a version is refused for that. */
export const isStrict = ({ headers }: Address): boolean => headers[versionHeader] === strict
