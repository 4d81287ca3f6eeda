import type { JsonObject } from '../json.ts'
import type { Loss } from '../loss.ts'
import type { Translated, Untranslatable } from '../translation.ts'

/** What becomes of one request on its way into another format. */
export class Report {
  readonly #losses: Loss[] = []
  #untranslatable: Untranslatable | undefined

  lose(loss: Loss): void {
    this.#losses.push(loss)
  }

  /** The request fails. The first reason is the one that is told. */
  refuse(field: string, message: string): void {
    this.#untranslatable ??= { kind: 'untranslatable', field, message: `'${field}' ${message}` }
  }

  outcome(request: JsonObject): Translated | Untranslatable {
    return this.#untranslatable ?? { kind: 'translated', request, losses: this.#losses }
  }
}
