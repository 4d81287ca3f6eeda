import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../errors.ts'

/** `flex`: held open until its turn comes among the batches, and charged at their price. */
export type ServiceTier = 'flex' | 'default'

export const TIER_HEADER = 'sheepfold-service-tier'

/** What the header asks for; a body of OpenAI's dialect may ask for it too. */
export const tierOfHeaders = (headers: IncomingHttpHeaders): ServiceTier => {
  const tier = headers[TIER_HEADER] ?? 'default'
  if (tier === 'flex' || tier === 'default') return tier
  throw new ApiError('invalid_header', '"Sheepfold-Service-Tier" must be flex or default', {
    field: 'Sheepfold-Service-Tier',
  })
}
