import { type CheckedRequest, checkTranslation } from '../../translate/check/check-translation.ts'
import { endpointMissing, isLossy, lossMessage } from '../../translate/check/loss-words.ts'
import type { Way } from '../../translate/check/way.ts'
import type { Loss, Lossy } from '../../translate/loss.ts'
import type { TranslationLookup } from '../../translate/registry.ts'
import { ApiError } from '../errors.ts'

/** A call as it will be sent, but for the name of the model. */
export interface CheckedCall extends CheckedRequest {
  readonly model: string
  readonly lossy: Lossy
}

export const TRANSLATION_HEADER = 'Sheepfold-Translation'

/**
 * Refuses what cannot be asked of the model's providers, or not as it is, before anything is sent. Gives what the
 * answer says of what became of its fields. Of a call that passes as it is, nothing is looked at.
 */
export const checkCall = (
  way: Way,
  { model, lossy, ...request }: CheckedCall,
  lookUp?: TranslationLookup,
): string | undefined => {
  if (way.kind === 'passes') return undefined
  if (way.kind === 'nowhere') {
    throw new ApiError('untranslatable', endpointMissing(model, request.endpoint), { field: 'model' })
  }
  const checked = checkTranslation(way.targets, request, lookUp)
  if (checked.kind === 'untranslatable') {
    throw new ApiError('untranslatable', checked.message, { field: checked.field })
  }
  const refused = lossy === 'refuse' ? checked.losses.find(isLossy) : undefined
  if (refused) throw new ApiError('lossy', lossMessage(refused), { field: refused.field })
  return checked.losses.length === 0 ? undefined : shown(checked.losses)
}

/** Some clients and proxies take no longer headers. */
const CHARACTERS_MAX = 1_000

/** Fields may hold keys of the caller's own, with characters that no header has. */
const shown = (losses: readonly Loss[]): string => {
  const words = losses.map(({ action, field }) => `${action} ${field.replace(/[^\w.[\]-]/g, '?')}`)
  const text = words.join(', ')
  return text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX)} ...` : text
}
