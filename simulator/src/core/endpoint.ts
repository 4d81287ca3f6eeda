import type { Answered, Call } from './call.ts'
import type { ModelOptions } from './options.ts'
import type { ProviderError } from './provider-error.ts'

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
  /** A word of the sender's own for the tape. */
  readonly marker: string | null
  /** It asks for an answer in events. */
  readonly streamed: boolean
  answer(call: Call): Answered | ProviderError
  /** What can be told of the answer beforehand, as text. */
  expected(seed: number, options: ModelOptions): string
}

/** What is done with a request that its endpoint has read. */
export interface Work<Request> {
  answer(request: Request, call: Call): Answered | ProviderError
  expected(request: Request, seed: number, options: ModelOptions): string
}

/** What every request says of itself, whatever is asked. */
export interface About {
  readonly model: string
  readonly marker: string | null
  readonly streamed: boolean
}

export class Bound<Request> implements Understood {
  readonly model: string
  readonly marker: string | null
  readonly streamed: boolean
  readonly #request: Request
  readonly #work: Work<Request>

  constructor({ model, marker, streamed }: About, request: Request, work: Work<Request>) {
    this.model = model
    this.marker = marker
    this.streamed = streamed
    this.#request = request
    this.#work = work
  }

  answer(call: Call): Answered | ProviderError {
    return this.#work.answer(this.#request, call)
  }

  expected(seed: number, options: ModelOptions): string {
    return this.#work.expected(this.#request, seed, options)
  }
}

/** What a body says, whatever it is; nothing where it is not JSON. */
export const readBody = (source: unknown): unknown => {
  if (typeof source !== 'string') return source
  try {
    return JSON.parse(source)
  } catch {
    return undefined
  }
}
