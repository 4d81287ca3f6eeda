import type { Answered, Call } from './call.ts'
import type { ProviderError } from './errors.ts'
import { invalidRequest, notJson } from './errors.ts'
import type { ModelOptions } from './options.ts'
import { type Body, isRecord, wrongType } from './request-fields.ts'

/** A path that a model works behind: what it takes for a request, and what it answers. */
export interface Endpoint {
  /** Takes the text of a body, or the parsed object; refuses what the provider would refuse. */
  parse(source: unknown): Parsed
}

export type Parsed = Understood | Misunderstood

export interface Misunderstood {
  readonly error: ProviderError
  readonly model?: string
}

/** A request in order, bound to what its endpoint does with it. */
export interface Understood {
  readonly model: string
  /** A word of the sender's own for the tape: `metadata.marker`, else `user`. */
  readonly marker: string | null
  /** It asks for an answer in events. */
  readonly streamed: boolean
  answer(call: Call): Answered | ProviderError
  /** What can be told of the answer beforehand, as text. */
  expected(seed: number, options: ModelOptions): string
}

/** What differs from one endpoint to the next. */
export interface EndpointParts<Request> {
  read(body: Body, model: string): Request | ProviderError
  answer(request: Request, call: Call): Answered | ProviderError
  expected(request: Request, seed: number, options: ModelOptions): string
}

class Bound<Request> implements Understood {
  readonly model: string
  readonly marker: string | null
  readonly streamed: boolean
  readonly #request: Request
  readonly #parts: EndpointParts<Request>

  constructor(model: string, body: Body, request: Request, parts: EndpointParts<Request>) {
    this.model = model
    this.marker = markerOf(body)
    this.streamed = body.stream === true
    this.#request = request
    this.#parts = parts
  }

  answer(call: Call): Answered | ProviderError {
    return this.#parts.answer(this.#request, call)
  }

  expected(seed: number, options: ModelOptions): string {
    return this.#parts.expected(this.#request, seed, options)
  }
}

export const endpointOf = <Request extends object>(parts: EndpointParts<Request>): Endpoint => ({
  parse(source) {
    const body = readBody(source)
    if (!isRecord(body)) return { error: notJson() }
    const { model } = body
    if (model === undefined) return { error: noModel() }
    if (typeof model !== 'string') return { error: wrongType('model', 'a string', model) }
    const request = parts.read(body, model)
    return isError(request) ? { error: request, model } : new Bound(model, body, request, parts)
  },
})

/** Nothing else of what these functions give back has a status. */
export const isError = (value: object): value is ProviderError => 'status' in value

const noModel = (): ProviderError =>
  invalidRequest('you must provide a model parameter', 'model', 'missing_required_parameter')

const readBody = (body: unknown): unknown => {
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const markerOf = ({ metadata, user }: Body): string | null => {
  if (isRecord(metadata) && typeof metadata.marker === 'string') return metadata.marker
  return typeof user === 'string' ? user : null
}
