import type { Deployment } from '../../provider/deployment.ts'
import { type TranslationLookup, translationFor } from '../registry.ts'

/** What a translation depends on beside the request: requests of one model may go to several of these. */
export type TranslationTarget = Pick<Deployment, 'provider' | 'outputTokensDefault'> & {
  /** The provider's name for the model. */
  readonly model: string
}

/** How the requests of one model and endpoint reach its deployments. */
export type Way =
  /** As they are: all deployments that have the endpoint speak it. */
  | { readonly kind: 'passes' }
  /** To these in their providers' format; elsewhere they may pass. */
  | { readonly kind: 'translated'; readonly targets: readonly TranslationTarget[] }
  /** No deployment of the model has anything like the endpoint. */
  | { readonly kind: 'nowhere' }

export type WayOf = (model: string, endpoint: string) => Way

/** What each provider can be asked without a translation. */
export type Spoken = Readonly<
  Partial<Record<Deployment['provider'], { readonly endpoints: ReadonlySet<string> }>>
>

/** Of a model without deployments nothing is said: that it has none is told elsewhere. */
export const createWayOf = (
  deployments: readonly Deployment[],
  spoken: Spoken,
  lookUp: TranslationLookup = translationFor,
): WayOf => {
  const byModel = Map.groupBy(deployments, ({ model }) => model)
  const known = new Map<string, Map<string, Way>>()
  return (model, endpoint) => {
    const served = byModel.get(model)
    if (!served) return PASSES
    const ways = known.get(model) ?? new Map<string, Way>()
    known.set(model, ways)
    const way = ways.get(endpoint) ?? wayTo(served, endpoint, { spoken, lookUp })
    ways.set(endpoint, way)
    return way
  }
}

const PASSES: Way = { kind: 'passes' }

const wayTo = (
  deployments: readonly Deployment[],
  endpoint: string,
  { spoken, lookUp }: { spoken: Spoken; lookUp: TranslationLookup },
): Way => {
  const speaks = ({ provider }: Deployment): boolean => spoken[provider]?.endpoints.has(endpoint) ?? false
  const others = deployments.filter((deployment) => !speaks(deployment))
  const translated = others.filter(
    ({ provider }) => spoken[provider] !== undefined && lookUp(endpoint, provider) !== undefined,
  )
  if (translated.length > 0) return { kind: 'translated', targets: distinct(translated.map(targetOf)) }
  return others.length === deployments.length ? { kind: 'nowhere' } : PASSES
}

const targetOf = ({ provider, providerModel, outputTokensDefault }: Deployment): TranslationTarget => ({
  provider,
  model: providerModel,
  outputTokensDefault,
})

/** In one order, so that two configurations which mean the same are the same. */
const distinct = (targets: readonly TranslationTarget[]): TranslationTarget[] => {
  const byName = new Map(targets.map((target) => [JSON.stringify(target), target]))
  return [...byName].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, target]) => target)
}
