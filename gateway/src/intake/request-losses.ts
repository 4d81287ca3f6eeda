import { isDeepStrictEqual } from 'node:util'
import { LossCheck, type LossSummary, type RefusedRequests } from '../translate/check/loss-check.ts'
import type { TranslationTarget, WayOf } from '../translate/check/way.ts'
import type { TranslationLookup } from '../translate/registry.ts'
import type { LineFault } from './file/line-faults.ts'

/** A model and endpoint whose requests are translated. Plain data: it goes to the intake thread. */
export interface TranslatedWay {
  readonly model: string
  readonly endpoint: string
  readonly targets: readonly TranslationTarget[]
}

/** What would be lost of the requests of a file or document, and on which ways: under another configuration it says nothing. */
export interface RequestLosses {
  /** Those that its requests have. */
  readonly ways: readonly TranslatedWay[]
  readonly summary: LossSummary
}

/** All ways on which these models' requests are translated. */
export const translatedWays = (
  models: Iterable<string>,
  endpoints: readonly string[],
  wayOf: WayOf,
): TranslatedWay[] =>
  [...models].flatMap((model) =>
    endpoints.flatMap((endpoint) => {
      const way = wayOf(model, endpoint)
      return way.kind === 'translated' ? [{ model, endpoint, targets: way.targets }] : []
    }),
  )

/** What was found on the way from `losses` to these; undefined where these are others. */
export const summaryFor = (
  losses: RequestLosses | null | undefined,
  ways: readonly TranslatedWay[],
): LossSummary | undefined => {
  if (!losses) return undefined
  return isDeepStrictEqual(inOrder(losses.ways), inOrder(ways)) ? losses.summary : undefined
}

const inOrder = (ways: readonly TranslatedWay[]): readonly TranslatedWay[] =>
  ways.toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1))

const nameOf = ({ model, endpoint }: TranslatedWay): string => JSON.stringify([model, endpoint])

export interface RequestOnItsWay {
  readonly model: string
  readonly endpoint: string
  readonly body: Readonly<Record<string, unknown>>
  readonly customId: string
  /** Its line, or its index. */
  readonly at: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Checks the requests that are translated, while what holds them is read. */
export class RequestLossCheck {
  readonly #ways = new Map<string, Map<string, TranslatedWay>>()
  readonly #used = new Set<TranslatedWay>()
  readonly #check: LossCheck

  constructor(ways: readonly TranslatedWay[], shownMax: number, lookUp?: TranslationLookup) {
    this.#check = new LossCheck(shownMax, { lookUp })
    for (const way of ways) {
      const ofModel = this.#ways.get(way.model) ?? new Map<string, TranslatedWay>()
      this.#ways.set(way.model, ofModel.set(way.endpoint, way))
    }
  }

  take(request: RequestOnItsWay): void {
    const way = this.#ways.get(request.model)?.get(request.endpoint)
    if (!way) return
    const { customId: example, ...rest } = request
    this.#used.add(way)
    this.#check.take({ ...rest, targets: way.targets, example })
  }

  losses(): RequestLosses | null {
    return this.#used.size === 0 ? null : { ways: [...this.#used], summary: this.#check.summary() }
  }
}

export const lineFaultsOf = ({ shown }: RefusedRequests): LineFault[] =>
  shown.map(({ at, code, field, message }) => ({ line: at, code, message, param: `body.${field}` }))
