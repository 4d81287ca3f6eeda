/** Why a batch cannot be made of a file, by code, in the words of OpenAI's dialect. */
export const FILE_FAULT_CODES = {
  invalid_json_line: 'The line is no JSON object that can be read in one way only.',
  missing_required_parameter: 'A member that every request has is not there.',
  invalid_request: 'A member of the request is outside of what is allowed.',
  invalid_method: 'The method of a request is not POST.',
  invalid_url: 'The url of a request is no endpoint that batches have.',
  url_mismatch: 'The url of a request is not the endpoint of the batch.',
  duplicate_custom_id: 'Two requests of a file have the same custom_id.',
  model_not_found: 'No model of this installation that the key may use has the name.',
  line_too_large: 'The line is longer than the limit.',
  too_many_tasks: 'The file has more requests than the limit.',
  too_many_models: 'The file has more combinations of model and endpoint than the limit.',
  lossy:
    'A field has no counterpart at the model\'s provider; allowed with `lossy: "warn"`, then it is reported.',
  untranslatable:
    "The request cannot be put into the format of the model's provider, or no deployment of the model has the endpoint.",
  empty_file: 'The file has no requests.',
} as const

export type FileFaultCode = keyof typeof FILE_FAULT_CODES

export interface LineProblem {
  readonly code: FileFaultCode
  readonly message: string
  /** A path such as `body.model`; null where it is the line as a whole. */
  readonly param: string | null
}

export interface LineFault extends LineProblem {
  /** Counts from 1; null where it is the file as a whole. */
  readonly line: number | null
}

/** Every fault is counted; the first ones, by line, are kept to be shown. */
export class LineFaults {
  total = 0
  readonly #shownMax: number
  readonly #shown: LineFault[] = []

  constructor(shownMax: number) {
    this.#shownMax = shownMax
  }

  add(line: number | null, problem: LineProblem): void {
    this.total += 1
    if (this.#shown.length < 2 * this.#shownMax) this.#shown.push({ line, ...problem })
  }

  shown(): LineFault[] {
    return this.#shown
      .toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0))
      .slice(0, this.#shownMax)
  }
}
