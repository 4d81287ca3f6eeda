import type { Lossy } from '../loss.ts'
import type { TranslationLookup } from '../registry.ts'
import { type CheckedRequest, checkTranslation } from './check-translation.ts'
import { LossReport, type ReportedLoss } from './loss-report.ts'
import { cut, isLossy, lossMessage } from './loss-words.ts'
import type { TranslationTarget } from './way.ts'

/** One request of a batch on its way in. */
export interface TakenRequest extends CheckedRequest {
  readonly model: string
  /** Where it may go in another format. */
  readonly targets: readonly TranslationTarget[]
  /** Its custom_id. */
  readonly example: string
  /** Its index, or the number of its line. */
  readonly at: number
}

/** Why a request is refused. */
export interface RefusedRequest {
  readonly at: number
  readonly code: 'lossy' | 'untranslatable'
  /** A dotted path in the caller's format. */
  readonly field: string
  readonly message: string
}

/** The first ones by where they are, and how many there are: one for each request. */
export interface RefusedRequests {
  readonly shown: readonly RefusedRequest[]
  readonly total: number
}

/** Plain data, so that it can be kept with a file until somebody says whether losses matter. */
export interface LossSummary {
  readonly report: readonly ReportedLoss[]
  /** Refused unless the caller allows it. */
  readonly lossy: RefusedRequests
  /** Refused in any case. */
  readonly untranslatable: RefusedRequests
}

export interface LossCheckOptions {
  readonly lookUp?: TranslationLookup | undefined
  /** Where a translation's path of a field lies in the caller's body; default: there. */
  readonly fieldOf?: (field: string) => string
}

/** Checks the requests of a batch as they come, before it is known what its caller thinks of losses. */
export class LossCheck {
  readonly #options: LossCheckOptions
  readonly #report = new LossReport()
  readonly #lossy: Refusals
  readonly #untranslatable: Refusals

  /** So many refused requests are kept. */
  constructor(shownMax: number, options: LossCheckOptions = {}) {
    this.#options = options
    this.#lossy = new Refusals(shownMax)
    this.#untranslatable = new Refusals(shownMax)
  }

  take({ model, targets, example, at, ...request }: TakenRequest): void {
    const { lookUp, fieldOf = asItIs } = this.#options
    const checked = checkTranslation(targets, request, lookUp)
    if (checked.kind === 'untranslatable') {
      const { field, message } = checked
      this.#untranslatable.add({ at, code: 'untranslatable', field: cut(fieldOf(field)), message })
      return
    }
    if (checked.losses.length === 0) return
    const losses = checked.losses.map((loss) => ({ ...loss, field: fieldOf(loss.field) }))
    this.#report.add({ model, endpoint: request.endpoint, example, losses })
    const first = losses.find(isLossy)
    if (!first) return
    const loss = { ...first, field: cut(first.field) }
    this.#lossy.add({ at, code: 'lossy', field: loss.field, message: lossMessage(loss) })
  }

  summary(): LossSummary {
    return {
      report: this.#report.entries(),
      lossy: this.#lossy.all(),
      untranslatable: this.#untranslatable.all(),
    }
  }
}

const asItIs = (field: string): string => field

export const NO_LOSSES: LossSummary = {
  report: [],
  lossy: { shown: [], total: 0 },
  untranslatable: { shown: [], total: 0 },
}

/** The requests that are refused of a caller who says this of losses. */
export const refusedOf = ({ lossy, untranslatable }: LossSummary, said: Lossy): RefusedRequests => {
  if (said === 'warn') return untranslatable
  return {
    shown: [...lossy.shown, ...untranslatable.shown].toSorted((left, right) => left.at - right.at),
    total: lossy.total + untranslatable.total,
  }
}

class Refusals {
  readonly #shownMax: number
  readonly #shown: RefusedRequest[] = []
  #total = 0

  constructor(shownMax: number) {
    this.#shownMax = shownMax
  }

  add(refused: RefusedRequest): void {
    this.#total += 1
    if (this.#shown.length < this.#shownMax) this.#shown.push(refused)
  }

  all(): RefusedRequests {
    return { shown: this.#shown, total: this.#total }
  }
}
