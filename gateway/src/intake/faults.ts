/** Everything that intake refuses, by code. The texts are those of the manual. */
export const FAULT_CODES = {
  invalid_json: 'The body is not JSON from some byte on, or ends too early.',
  invalid_type: 'A value has another type than the field takes.',
  invalid_value: 'A value has the right type and is outside of what is allowed.',
  invalid_utf8: 'Bytes that are not UTF-8.',
  lone_surrogate: 'An escape such as \\ud800 without its other half: no text that could be sent.',
  too_deep: 'Nested deeper than the limit.',
  too_large: 'More bytes than the limit.',
  duplicate_key: 'An object gives the same key twice: two readers could take it for two things.',
  duplicate_custom_id: 'Two requests of a batch have the same custom_id.',
  missing_field: 'A field that must be given is not.',
  unknown_field: 'A field that does not exist here; nothing is passed over in silence.',
  conflicting_fields: 'Two fields that exclude each other are both given.',
  unsupported_option: 'An option that a batch cannot honour.',
  empty_list: 'A batch without a single request.',
  unknown_task: 'No preset of this installation has the name.',
  webhook_address_refused: 'The address of a webhook lies in a network that is not called from here.',
  lossy:
    'A field has no counterpart at the model\'s provider; allowed with `lossy: "warn"`, then it is reported.',
  untranslatable:
    "The request cannot be put into the format of the model's provider, or no deployment of the model has the endpoint.",
  invalid_items: 'Requests of the batch are refused; each is listed under faults.',
} as const

type FaultCode = keyof typeof FAULT_CODES

/** What is wrong and where: `field` is a path such as `options.temperature`. */
export interface Problem {
  readonly code: FaultCode
  readonly message: string
  readonly field: string
}

/** What is wrong with one request of the batch. */
export interface Fault extends Problem {
  readonly index: number
}

/** Every fault is counted; the first ones are kept to be shown. */
export class FaultList {
  readonly shown: Fault[] = []
  total = 0
  readonly #shownMax: number

  constructor(shownMax: number) {
    this.#shownMax = shownMax
  }

  add(index: number, problem: Problem): void {
    this.total += 1
    if (this.shown.length < this.#shownMax) this.shown.push({ index, ...problem })
  }
}

const SHOWN_CHARACTERS = 60

/** A client's own text in our message, cut so that an error is never as large as its cause. */
export const clipped = (text: string): string =>
  text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text.toWellFormed()

/** A value as a message shows it: small ones as they are, of large ones what they are. */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return `"${clipped(value)}"`
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const unknownField = (path: string, allowed: readonly string[], hint = ''): Problem => ({
  code: 'unknown_field',
  message: `"${clipped(path)}" is not a field here; there are ${allowed.join(', ')}${hint}`,
  field: clipped(path),
})

/** The first member of an object that is not among those allowed. */
export const firstUnknownKey = (object: object, allowed: readonly string[]): string | undefined =>
  Object.keys(object).find((key) => !allowed.includes(key))
