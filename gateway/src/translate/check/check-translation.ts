import type { JsonObject } from '../json.ts'
import type { Loss } from '../loss.ts'
import { type TranslationLookup, translationFor } from '../registry.ts'
import type { Media } from '../translation.ts'
import type { TranslationTarget } from './way.ts'

/** A request as its caller sent it, whichever deployment it will go to. */
export interface CheckedRequest {
  readonly endpoint: string
  readonly body: JsonObject
  readonly isStream?: boolean
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export type Checked =
  | { readonly kind: 'translated'; readonly losses: readonly Loss[] }
  | { readonly kind: 'untranslatable'; readonly field: string; readonly message: string }

/** Nothing is fetched for a check. */
const NO_MEDIA: ReadonlyMap<string, Media> = new Map()

/**
 * What would be lost on the way to any of these targets. A request that one of them cannot be asked is refused: it
 * may come to it. Pure.
 */
export const checkTranslation = (
  targets: readonly TranslationTarget[],
  { endpoint, body, isStream = false, headers = {} }: CheckedRequest,
  lookUp: TranslationLookup = translationFor,
): Checked => {
  const losses = new Map<string, Loss>()
  for (const { provider, model, outputTokensDefault } of targets) {
    const context = { provider, model, outputTokensDefault, media: NO_MEDIA, isStream, headers }
    const translated = lookUp(endpoint, provider)?.request(body, context)
    if (!translated) throw new Error(`requests of ${endpoint} are not translated for ${provider}`)
    if (translated.kind === 'untranslatable') return translated
    for (const loss of translated.losses) losses.set(`${loss.action} ${loss.field}`, loss)
  }
  return { kind: 'translated', losses: [...losses.values()] }
}
