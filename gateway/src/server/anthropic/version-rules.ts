import { VERSION_RULES, versionFault } from '../../intake/anthropic/version-rules.ts'
import { ApiError } from '../errors.ts'

/** Refuses a body with what the named version does not take. */
export const requireTakenBy = (
  version: string | undefined,
  body: Readonly<Record<string, unknown>>,
): void => {
  const fault = versionFault(version, body)
  if (!fault) return
  const { rule, field } = fault
  throw new ApiError('invalid_value', `'${field}' ${VERSION_RULES[rule]}.`, { field })
}
