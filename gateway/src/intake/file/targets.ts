import type { FileTarget } from './contents.ts'

const FIRST_LINES_MAX = 1_000
const TOKENS_BESIDE_A_BODY = 8
const BYTES_A_TOKEN = 3

interface Counted {
  readonly model: string
  readonly endpoint: string
  requests: number
  readonly firstLines: number[]
  inputTokens: number
  outputTokens: number
  withoutOutputLimit: number
}

export interface TargetedRequest {
  readonly model: string
  readonly endpoint: string
  readonly line: number
  readonly bodyBytes: number
  readonly outputTokens: number | undefined
}

/** Counts the requests of a file by model and endpoint. */
export class Targets {
  readonly #max: number
  readonly #byEndpoint = new Map<string, Map<string, Counted>>()
  #count = 0
  #linesKept = 0
  #last: Counted | undefined

  constructor(max: number) {
    this.#max = max
  }

  /** False where there are too many to keep. */
  add(request: TargetedRequest): boolean {
    const counted = this.#find(request)
    if (!counted) return false
    counted.requests += 1
    counted.inputTokens += Math.ceil(request.bodyBytes / BYTES_A_TOKEN) + TOKENS_BESIDE_A_BODY
    if (request.outputTokens === undefined) counted.withoutOutputLimit += 1
    else counted.outputTokens += request.outputTokens
    if (this.#linesKept < 2 * FIRST_LINES_MAX && counted.firstLines.length < FIRST_LINES_MAX) {
      counted.firstLines.push(request.line)
      this.#linesKept += 1
    } else if (counted.firstLines.length === 0) counted.firstLines.push(request.line)
    return true
  }

  all(): FileTarget[] {
    return [...this.#byEndpoint.values()].flatMap((models) => [...models.values()])
  }

  /** Nearly always the one of the line before. */
  #find({ model, endpoint }: TargetedRequest): Counted | undefined {
    if (this.#last?.model === model && this.#last.endpoint === endpoint) return this.#last
    this.#last = this.#look(model, endpoint)
    return this.#last
  }

  #look(model: string, endpoint: string): Counted | undefined {
    let models = this.#byEndpoint.get(endpoint)
    if (!models) {
      models = new Map()
      this.#byEndpoint.set(endpoint, models)
    }
    const known = models.get(model)
    if (known) return known
    if (this.#count >= this.#max) return undefined
    this.#count += 1
    const counted = {
      model,
      endpoint,
      requests: 0,
      firstLines: [],
      inputTokens: 0,
      outputTokens: 0,
      withoutOutputLimit: 0,
    }
    models.set(model, counted)
    return counted
  }
}
