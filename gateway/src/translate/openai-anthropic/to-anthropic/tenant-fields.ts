import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'

/** The end user is the only tag that is taken. */
export const metadataToAnthropic = (request: JsonObject, report: Report): JsonObject | undefined => {
  const user = endUser(request, report)
  return user === undefined ? undefined : { user_id: user }
}

const endUser = (request: JsonObject, report: Report): unknown => {
  const { safety_identifier: identifier, user: old, metadata } = request
  const tagged = isObject(metadata) ? metadata.user_id : undefined
  const chosen = [identifier, old, tagged].find(isGiven)
  const dropUnlessSent = (field: string, value: unknown): void => {
    if (isGiven(value) && value !== chosen) report.dropped(field, value)
  }
  dropUnlessSent('user', old)
  dropUnlessSent('metadata.user_id', tagged)
  if (isObject(metadata)) report.dropUnknown(metadata, USER_ID, 'metadata')
  else if (isGiven(metadata)) report.dropped('metadata', metadata)
  return chosen
}

const USER_ID: ReadonlySet<string> = new Set(['user_id'])

/** `auto` is what happens without it. */
export const serviceTierToAnthropic = (tier: unknown, report: Report): string | undefined => {
  if (!isGiven(tier) || tier === 'auto') return undefined
  if (tier === 'default') return 'standard_only'
  if (tier === 'priority') report.changed('service_tier', 'approximated', { from: tier, to: 'auto' })
  else report.dropped('service_tier', tier)
  return undefined
}
