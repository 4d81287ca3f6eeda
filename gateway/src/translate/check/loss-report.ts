import type { Loss, LossAction } from '../loss.ts'
import { cut, withoutPositions } from './loss-words.ts'

/** What became of one field in the requests of a batch. */
export interface ReportedLoss {
  readonly model: string
  readonly endpoint: string
  /** As in `Loss`, with `[]` for all positions of a list; `*` where there are too many others to name. */
  readonly field: string
  readonly action: LossAction
  /** How many requests have it, each counted once however often it has it. */
  readonly requests: number
  /** The first of them, by its custom_id, and what it gave. */
  readonly example: string
  readonly from: string | null
  readonly to: string | null
}

export interface LossesOfRequest {
  readonly model: string
  readonly endpoint: string
  readonly example: string
  readonly losses: readonly Loss[]
}

/** A client's own keys may be part of a field, so that a batch could have as many as it has requests. */
const ENTRIES_MAX = 200
/** Beyond: one entry for each action. */
const OTHER_FIELDS = '*'

/** Adds up what becomes of the fields of a batch's requests. */
export class LossReport {
  readonly #entries = new Map<string, ReportedLoss>()

  add({ losses, ...request }: LossesOfRequest): void {
    const counted = new Set<string>()
    for (const loss of losses) {
      const { name, field } = this.#place(request, loss)
      if (counted.has(name)) continue
      counted.add(name)
      const earlier = this.#entries.get(name)
      this.#entries.set(name, earlier ? oneMore(earlier) : firstOf(request, { ...loss, field }))
    }
  }

  entries(): ReportedLoss[] {
    return [...this.#entries.values()]
  }

  #place(
    { model, endpoint }: Omit<LossesOfRequest, 'losses'>,
    { action, field: given }: Loss,
  ): { name: string; field: string } {
    const field = cut(withoutPositions(given))
    const name = JSON.stringify([model, endpoint, action, field])
    if (this.#entries.has(name) || this.#entries.size < ENTRIES_MAX) return { name, field }
    return { name: action, field: OTHER_FIELDS }
  }
}

const oneMore = (entry: ReportedLoss): ReportedLoss => ({ ...entry, requests: entry.requests + 1 })

const firstOf = (
  { model, endpoint, example }: Omit<LossesOfRequest, 'losses'>,
  { field, action, from, to }: Loss,
): ReportedLoss => ({
  model,
  endpoint,
  field,
  action,
  requests: 1,
  example: cut(example),
  from: from === undefined ? null : cut(from),
  to: to === undefined ? null : cut(to),
})
