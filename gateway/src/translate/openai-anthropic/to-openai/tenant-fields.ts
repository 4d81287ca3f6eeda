import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { OpenaiTraits } from '../../traits/openai.ts'

export const toEndUser = (fields: Fields, { endUser }: OpenaiTraits): JsonObject => {
  const metadata = fields.object('metadata')
  const user = metadata?.take('user_id')
  metadata?.dropRest()
  return { [endUser]: user }
}

/** `auto` is what happens without it, and so is `standard_only` where there is nothing else. */
export const toServiceTier = (fields: Fields, { hasServiceTiers }: OpenaiTraits): string | undefined => {
  const tier = fields.take('service_tier')
  if (tier === 'standard_only') return hasServiceTiers ? 'default' : undefined
  if (tier !== 'auto') fields.drop('service_tier')
  return undefined
}
