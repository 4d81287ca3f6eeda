import type { Loss, LossAction } from './loss.ts'
import type { Untranslatable } from './translation.ts'

const SHOWN_LENGTH_MAX = 60

/** What becomes of the fields of one request, and whether it can be translated at all. */
export class Report {
  readonly #losses: Loss[] = []
  #refusal: Untranslatable | undefined

  get losses(): readonly Loss[] {
    return this.#losses
  }

  get refusal(): Untranslatable | undefined {
    return this.#refusal
  }

  /** The first reason is the one that is told: what is found after it may only follow from it. */
  refuse(field: string, message: string): void {
    this.#refusal ??= { kind: 'untranslatable', field, message: `'${field}' ${message}` }
  }

  dropped(field: string, from: unknown): void {
    this.#losses.push({ field, action: 'dropped', from: shown(from) })
  }

  moved(field: string, to: string): void {
    this.#losses.push({ field, action: 'moved', to })
  }

  defaulted(field: string, to: unknown): void {
    this.#losses.push({ field, action: 'defaulted', to: shown(to) })
  }

  changed(field: string, action: Extract<LossAction, 'clamped' | 'approximated'>, change: Change): void {
    this.#losses.push({ field, action, from: shown(change.from), to: shown(change.to) })
  }
}

interface Change {
  readonly from: unknown
  readonly to: unknown
}

/** Short, whatever it is: a value may be megabytes. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return cut(value)
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[…]'
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? '{}' : '{…}'
  return String(value)
}

const cut = (text: string): string =>
  text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX - 1)}…`
