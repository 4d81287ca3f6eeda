import { CallIds } from '../call-ids.ts'

/** Finds the calls that results belong to, where Gemini tells their functions alone. */
export class CallNames {
  readonly #ids = new CallIds()
  /** Those without a result so far, oldest first. */
  readonly #open: { readonly id: string; readonly name: string }[] = []

  called(name: string, given: string | undefined): string {
    // Later turns may name their calls as earlier ones did.
    const id = given ?? this.#ids.idOf(undefined)
    this.#open.push({ id, name })
    return id
  }

  answered(name: string, given: string | undefined): string | undefined {
    const at = this.#open.findIndex((call) => (given === undefined ? call.name === name : call.id === given))
    return at < 0 ? undefined : this.#open.splice(at, 1)[0]?.id
  }
}
