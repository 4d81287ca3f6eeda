import type { IncomingHttpHeaders } from 'node:http'
import { edited, setMember } from '../../intake/json/edit-object.ts'
import { memberSpans } from '../../intake/json/members.ts'
import { ApiError } from '../errors.ts'

/** `flex`: held open until its turn comes among the batches, and charged at their price. */
export type ServiceTier = 'flex' | 'default'

export const TIER_HEADER = 'sheepfold-service-tier'

/** What the header asks for; a body may ask for it too. */
export const tierOfHeaders = (headers: IncomingHttpHeaders): ServiceTier => {
  const tier = headers[TIER_HEADER] ?? 'default'
  if (tier === 'flex' || tier === 'default') return tier
  throw new ApiError('invalid_header', '"Sheepfold-Service-Tier" must be flex or default', {
    field: 'Sheepfold-Service-Tier',
  })
}

/** An answer of the flex tier that says so: the one change that is made to the provider's bytes. */
export const flexAnswer = (body: Buffer): Buffer => {
  const start = body.indexOf('{')
  const members = memberSpans(body, { start, end: body.length })
  return edited(body, [setMember({ start, members }, 'service_tier', '"flex"')])
}
