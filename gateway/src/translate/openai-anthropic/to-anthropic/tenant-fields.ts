import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'

/** The end user is the only tag that is taken. */
export const toEndUser = (fields: Fields): JsonObject | undefined => {
  const metadata = fields.object('metadata')
  const identifier = fields.take('safety_identifier')
  const old = fields.take('user')
  const tagged = metadata?.take('user_id')
  const user = identifier ?? old ?? tagged
  if (old !== user) fields.drop('user')
  if (tagged !== user) metadata?.drop('user_id')
  metadata?.dropRest()
  return user === undefined ? undefined : { user_id: user }
}

/** `auto` is what happens without it. */
export const toServiceTier = (fields: Fields): string | undefined => {
  switch (fields.take('service_tier')) {
    case 'auto':
      return undefined
    case 'default':
      return 'standard_only'
    case 'priority':
      fields.approximate('service_tier', 'auto')
      return undefined
    default:
      fields.drop('service_tier')
      return undefined
  }
}
